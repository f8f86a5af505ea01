"""Working days and limits in office hours: known days, and rules that hold for any moment."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.checks import registry
from django.core.management import call_command
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.core import checks, workdays
from portal.core.workdays import (
    day_kind,
    is_workday,
    missing_years,
    work_deadline,
    work_hours_between,
    year_of,
    zone,
)

MOMENTS = st.datetimes(
    datetime(2025, 1, 1), datetime(2026, 11, 30), timezones=st.just(zone())  # noqa: DTZ001
)  # fmt: skip
HOURS = st.integers(1, 600).map(lambda tenths: tenths / 10)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=zone())


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2025-01-26", True),  # Sunday worked for 春节
        ("2025-01-28", False),  # the eve, a Tuesday
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2025-10-12", False),
        ("2026-01-02", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-05-09", True),
        ("2026-09-25", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_a_day_is_worked_as_the_state_council_says(day, worked):
    assert is_workday(date.fromisoformat(day)) is worked


@pytest.mark.parametrize(("number", "days"), [(2025, 248), (2026, 248)])
def test_a_year_has_its_working_days(number, days):
    first = date(number, 1, 1)
    year = [first + timedelta(n) for n in range(365)]
    assert sum(map(is_workday, year)) == days
    calendar = year_of(number)
    assert all(day.year == number for day in calendar.off | calendar.worked)
    assert all(day.weekday() >= 5 for day in calendar.worked)
    assert not calendar.off & calendar.worked


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-18 09:00", 2, "2026-11-18 11:00"),
        ("2026-11-18 11:00", 2, "2026-11-18 15:00"),  # over noon
        ("2026-11-18 11:00", 1, "2026-11-18 12:00"),  # ends when the office closes
        ("2026-11-18 17:00", 4, "2026-11-19 12:00"),  # over night: 0.5 + 3.5
        ("2026-11-20 17:00", 1, "2026-11-23 09:00"),  # over a weekend
        ("2026-11-21 23:59", 1, "2026-11-23 09:30"),
        ("2026-11-19 00:00", 7, "2026-11-19 17:30"),  # midnight
        ("2026-02-13 17:00", 7.5, "2026-02-14 17:30"),  # the Saturday is worked
        ("2026-02-14 17:00", 1, "2026-02-24 09:00"),  # over 春节
        ("2025-12-31 17:00", 1, "2026-01-04 09:00"),  # over New Year into a worked Sunday
        ("2026-11-18 09:00", 0, "2026-11-18 09:00"),
    ],
)
def test_work_deadline_counts_office_hours(start, hours, end):
    assert work_deadline(at(start), hours) == at(end)


def test_work_deadline_answers_in_the_zone_it_was_asked_in():
    end = work_deadline(datetime(2026, 11, 18, 1, 0, tzinfo=UTC), 2)
    assert (end.isoformat(), end.tzinfo) == ("2026-11-18T03:00:00+00:00", UTC)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, HOURS)
@example(at("2026-02-14 17:30"), 0.1)
@example(at("2026-10-01 00:00"), 7.0)
def test_between_a_moment_and_its_limit_lie_these_hours(moment, hours):
    assert work_hours_between(moment, work_deadline(moment, hours)) == pytest.approx(hours)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, HOURS)
def test_a_limit_ends_while_the_office_is_open(moment, hours):
    end = work_deadline(moment, hours).astimezone(zone())
    minutes = end.hour * 60 + end.minute + end.second / 60
    assert is_workday(end.date())
    assert 510 < minutes <= 720 or 840 < minutes <= 1050


@settings(max_examples=150, deadline=None)
@given(MOMENTS, HOURS, HOURS)
def test_limits_add_up_and_a_later_start_never_ends_earlier(moment, some, more):
    once = work_deadline(moment, some)
    assert once < work_deadline(moment, some + more)
    apart = work_deadline(once, more) - work_deadline(moment, some + more)
    assert abs(apart) < timedelta(milliseconds=1)
    assert work_deadline(moment + timedelta(hours=more), some) >= once


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-02-14", "workday"),  # a Saturday that is worked
        ("2026-02-15", "holiday"),  # a Sunday within the holidays
        ("2026-10-03", "holiday"),  # a Saturday within the holidays
        ("2026-10-08", "workday"),
        ("2026-10-11", "weekend"),
        ("2027-01-01", "holiday"),  # no file for 2027: the law
        ("2027-01-02", "weekend"),
        ("2027-02-05", "holiday"),  # 除夕
        ("2027-02-09", "holiday"),  # in lieu of 初一, a Saturday
        ("2027-02-11", "workday"),
        ("2027-05-02", "holiday"),  # a Sunday
        ("2027-10-09", "weekend"),  # which Saturday is worked only the notice will say
    ],
)
def test_a_day_is_of_one_kind(day, kind):
    assert day_kind(date.fromisoformat(day)) == kind


def test_only_workdays_are_worked():
    days = [date(2026, 7, 1) + timedelta(n) for n in range(365)]
    assert all(is_workday(day) == (day_kind(day) == "workday") for day in days)


@pytest.mark.parametrize("number", [2027, 2028, 2030])
def test_a_year_without_its_file_has_the_thirteen_days_of_the_law(number):
    first = date(number, 1, 1)
    year = [first + timedelta(n) for n in range(365)]
    off = [day for day in year if day.weekday() < 5 and day_kind(day) == "holiday"]
    assert year_of(number) is None
    # Less by as many as two of them fall on one day (National Day and 中秋节 in 2028).
    assert len(off) in (12, 13)


def test_work_deadline_passes_over_a_holiday_of_the_law():
    assert work_deadline(at("2026-12-31 17:00"), 1) == at("2027-01-04 09:00")


# --- A missing year


@pytest.mark.parametrize(
    ("today", "missing"),
    [(date(2026, 10, 31), []), (date(2026, 11, 1), [2027]), (date(2027, 3, 1), [2027]),
     (date(2027, 11, 1), [2027, 2028]), (date(2025, 12, 31), [])],
)  # fmt: skip
def test_a_missing_year_is_known(today, missing):
    assert missing_years(today) == missing


@pytest.fixture
def on(monkeypatch):
    """Let the checks run on another day."""

    def choose(day):
        monkeypatch.setattr(checks.timezone, "localdate", lambda: day)

    return choose


def test_check_warns_of_this_year_and_reminds_of_the_next(on):
    on(date(2027, 11, 2))
    assert [(found.id, found.level) for found in checks.calendar_check()] == [
        ("core.W002", 30), ("core.I002", 20),
    ]  # fmt: skip
    out = StringIO()
    call_command("check", "--tag", "calendar", stderr=out)
    assert "2027 年国务院节假日安排" in out.getvalue()


def test_other_commands_do_not_repeat_the_reminder(on):
    on(date(2027, 11, 2))
    call_command("check", "--tag", "calendar", stderr=StringIO())
    assert "calendar" not in registry.registry.tags_available()  # what they all run


def test_check_is_silent_while_all_is_there(on):
    on(date(2026, 10, 31))
    assert checks.calendar_check() == []
    assert workdays.missing_words(date(2026, 10, 31)) == []


YEAR = '{"source": "通知", "off": [["2027-02-06", "2027-02-13", "春节"]], "worked": ["2027-02-20"]}'


@pytest.fixture
def data(settings, tmp_path):
    """The data folder's own calendars."""
    settings.LINLI_DATA_DIR = tmp_path
    (tmp_path / "workdays").mkdir()
    return tmp_path / "workdays" / "2027.json"


def test_a_year_is_added_in_the_data_folder_while_the_portal_runs(data, on):
    assert day_kind(date(2027, 2, 20)) == "weekend"
    data.write_text(YEAR)
    assert (day_kind(date(2027, 2, 20)), day_kind(date(2027, 2, 13))) == ("workday", "holiday")
    on(date(2026, 11, 2))
    assert checks.calendar_check() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "2027.json"), ('{"off": []}', "worked"), (YEAR.replace("2027-02-20", "2028-02-20"),
      "2028-02-20 不在这一年")],
)  # fmt: skip
def test_an_unusable_file_is_told_and_stops_nothing(data, on, text, words):
    data.write_text(text)
    assert day_kind(date(2027, 1, 1)) in ("holiday", "workday")
    on(date(2026, 11, 2))
    found = [one for one in checks.calendar_check() if one.id == "core.W003"]
    assert words in found[0].msg


def test_missing_words_tell_of_limits_and_duty():
    (words,) = workdays.missing_words(date(2026, 11, 2))
    assert words.startswith("缺少 2027 年国务院节假日安排：办理时限和值班暂按")
    assert words.endswith("workdays/2027.json。")
