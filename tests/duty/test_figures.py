"""Indicators of duty, the fairness table, the month's sheet, the calendar feed."""

import datetime as dt
import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from portal.core.indicators import Scope, figure_rows, figures
from portal.duty.actions.checkin import shift_check_in
from portal.duty.actions.feeds import calendar_feed_make, calendar_feed_revoke
from portal.duty.hours import lines_between
from portal.duty.models import Roster, Shift
from tests.duty.rows import at, make_roster, make_shift
from tests.people import client_of

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 10)


@pytest.fixture
def march(community):
    return make_roster(community, "2026-03-01", state="published")


def value(community, code, on=ON):
    return figures(Scope(community.pk), on, [f"duty.{code}"])[f"duty.{code}"].value


def test_shifts_of_the_year_and_who_did_not_come(community, march, wang):
    came = make_shift(march, "2026-03-02 08:00", "2026-03-02 12:00", wang)
    shift_check_in(by=wang, shift=came, at=at("2026-03-02 08:00"))
    missed = make_shift(march, "2026-03-03 08:00", "2026-03-03 12:00", wang)
    make_shift(march, "2026-03-11 08:00", "2026-03-11 12:00", wang)
    assert (value(community, "shifts"), value(community, "missed_checkins")) == (2, 1)
    rows = figure_rows("duty.missed_checkins", Scope(community.pk), ON)
    assert set(rows.values_list("pk", flat=True)) == {missed.pk}


def test_gaps_look_a_week_ahead(community, march, wang):
    make_shift(march, "2026-03-10 08:00", "2026-03-10 12:00")
    make_shift(march, "2026-03-16 08:00", "2026-03-16 12:00")
    make_shift(march, "2026-03-17 08:00", "2026-03-17 12:00")
    make_shift(march, "2026-03-12 08:00", "2026-03-12 12:00", wang)
    assert value(community, "gaps") == 2


def test_drafts_count_nowhere(community, march):
    make_shift(march, "2026-03-02 08:00", "2026-03-02 12:00")
    Roster.objects.update(state="draft")
    assert [value(community, code) for code in ("shifts", "gaps", "missed_checkins")] == [0, 0, 0]


def test_lines_hold_people_without_a_shift_too(community, march, wang, li):
    make_shift(march, "2026-03-02 20:00", "2026-03-03 08:00", wang, is_night=True)
    lines = lines_between(community.pk, dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    found = {line.user: (line.totals.nights, line.totals.hours, line.missed) for line in lines}
    assert found == {wang: (1, 12.0, 1), li: (0, 0.0, 0)}


def test_lines_take_the_same_queries_for_any_number(
    community, march, wang, li, django_assert_num_queries
):
    for day in range(2, 20):
        make_shift(march, f"2026-03-{day:02} 08:00", f"2026-03-{day:02} 12:00", (wang, li)[day % 2])
    with django_assert_num_queries(3):
        lines_between(community.pk, dt.date(2026, 3, 1), dt.date(2026, 3, 31))


def test_sheet_is_a_workbook_with_sums(clerk, march, wang):
    wang.name = "=1+1"
    wang.save()
    make_shift(march, "2026-03-02 20:00", "2026-03-03 08:00", wang, is_night=True)
    answer = client_of(clerk).get(reverse("duty:hours"), {"month": "2026-03", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[4]] == ["=1+1", 1, 12, 1, 0, 0, 1]
    assert sheet["A4"].data_type == "s"
    assert [cell.value for cell in sheet[5]] == ["合计", 1, 12, 1, 0, 0, 1]


@pytest.mark.parametrize("name", ["fairness", "hours", "setup", "mine", "handover_show"])
def test_pages_open_empty_and_full(clerk, community, march, wang, name):
    assert client_of(clerk).get(reverse(f"duty:{name}")).status_code == 200
    make_shift(march, "2026-03-02 20:00", "2026-03-03 08:00", wang, is_night=True)
    answer = client_of(clerk).get(reverse(f"duty:{name}"), {"year": "2026", "month": "2026-03"})
    assert answer.status_code == 200


@pytest.mark.parametrize("text", ["x", "2026-13", "", "0000-00", "2026-1"])
def test_odd_months_show_the_last_one(clerk, text):
    assert client_of(clerk).get(reverse("duty:hours"), {"month": text}).status_code == 200


# --- The calendar


def feed(token):
    return Client().get(reverse("duty:calendar_feed", args=[token]))


def test_feed_holds_ones_own_published_shifts(wang, li, early, late):
    soon = timezone.now().replace(microsecond=0) + dt.timedelta(days=1)
    Shift.objects.update(starts_at=soon, ends_at=soon + dt.timedelta(hours=4))
    early.refresh_from_db()
    answer = feed(calendar_feed_make(by=wang))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["uid"] == f"{early.pk}@linli"
    assert event.decoded("dtstart") == early.starts_at
    assert event["summary"] == "值班：早班"


def test_feed_ends_with_a_new_one_and_when_it_is_revoked(wang, early):
    first = calendar_feed_make(by=wang)
    second = calendar_feed_make(by=wang)
    assert (feed(first).status_code, feed(second).status_code) == (404, 200)
    calendar_feed_revoke(by=wang)
    assert feed(second).status_code == 404
    assert feed("x" * 43).status_code == 404


def test_feed_of_somebody_who_left_is_gone(wang, early):
    token = calendar_feed_make(by=wang)
    wang.is_active = False
    wang.save()
    assert feed(token).status_code == 404


def test_address_of_the_feed_is_shown_once(wang):
    client = client_of(wang)
    client.post(reverse("duty:calendar_feed_make"))
    assert ".ics" in client.get(reverse("duty:mine")).content.decode()
    assert ".ics" not in client.get(reverse("duty:mine")).content.decode()
