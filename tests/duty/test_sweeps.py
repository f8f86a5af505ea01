"""The sweeps of duty from end to end: what they find, and once each when they run again."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.models import Membership
from portal.core.models import Job, Notice, SweepRun
from portal.duty import sweeps
from portal.duty.models import DutyRules, Leave, Roster
from tests.duty.rows import make_member, make_roster, make_shift, make_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(monkeypatch):
    """Sets the clock of the sweeps: ``today("2026-11-20 09:00")``."""

    def begin(text):
        moment = dt.datetime.fromisoformat(f"{text}+08:00")
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return begin


def test_next_month_is_drafted_on_the_set_day_and_once(community, director, wang, today):
    make_template(community, days="every")
    today("2026-11-19 23:59")
    assert sweeps.duty_draft() == {"drafted": 0}
    today("2026-11-20 00:00")
    assert sweeps.duty_draft() == {"drafted": 1}
    assert sweeps.duty_draft() == {"drafted": 0}
    roster = Roster.objects.get()
    assert roster.month == dt.date(2026, 12, 1)
    notice = Notice.objects.get(recipient=director)
    assert (notice.url, "请核对" in notice.text) == (f"/duty/rosters/{roster.pk}/", True)
    assert Job.objects.filter(kind="duty.solve").count() == 1


def test_the_day_of_the_draft_is_the_communitys(community, wang, today):
    make_template(community, days="every")
    DutyRules.objects.create(community=community, draft_day=25)
    today("2026-11-24 12:00")
    assert sweeps.duty_draft() == {"drafted": 0}
    today("2026-12-25 12:00")
    assert sweeps.duty_draft() == {"drafted": 1}
    assert Roster.objects.get().month == dt.date(2027, 1, 1)


def test_gaps_and_an_unpublished_month_are_told_once(community, director, today):
    make_template(community, days="every")
    roster = make_roster(community, "2026-11-01", state="published")
    make_shift(roster, "2026-11-27 08:00", "2026-11-27 12:00")
    today("2026-11-25 09:00")
    assert sweeps.duty_gaps() == {"days": 1, "months": 1, "left": 0}
    assert sweeps.duty_gaps() == {"days": 0, "months": 0, "left": 0}
    assert Notice.objects.filter(recipient=director).count() == 2


def test_shifts_of_who_is_away_or_gone_are_told_as_gaps(community, director, wang, li, today):
    roster = make_roster(community, "2026-11-01", state="published")
    for user, day in ((wang, 27), (li, 28), (director, 26)):
        make_shift(roster, f"2026-11-{day} 20:00", f"2026-11-{day + 1} 08:00", user)
    make_member(community, director)
    Leave.objects.create(community=community, user=wang, kind="annual",
                         from_on=dt.date(2026, 11, 28), to_on=dt.date(2026, 11, 28))  # fmt: skip
    Membership.objects.filter(user=li).update(to_on=dt.date(2026, 11, 25))
    today("2026-11-25 09:00")
    assert sweeps.duty_gaps() == {"days": 2, "months": 1, "left": 1}
    assert sweeps.duty_gaps() == {"days": 0, "months": 0, "left": 0}
    texts = set(Notice.objects.filter(recipient=director).values_list("text", flat=True))
    assert texts >= {
        "11月27日有 1 个班次没有人到岗，请尽快安排。",
        "11月28日有 1 个班次没有人到岗，请尽快安排。",
        f"{li.name}已不在岗，11月还有 1 班要安排替班。",
    }
    assert len(texts) == 4  # and that December is not published


def test_sheet_of_hours_is_told_on_the_first(community, director, today):
    make_roster(community, "2026-10-01", state="published")
    today("2026-11-01 00:05")
    assert (sweeps.duty_hours(), sweeps.duty_hours()) == ({"sheets": 1}, {"sheets": 0})
    assert "10月值班工时表" in Notice.objects.get(recipient=director).text


def test_missed_check_ins_pass_from_the_person_to_the_head(community, director, wang, today):
    roster = make_roster(community, "2026-11-01", state="published")
    make_shift(roster, "2026-11-20 08:00", "2026-11-20 12:00", wang)
    told = []
    for clock in ("08:14", "08:15", "08:29", "08:30", "09:00"):
        today(f"2026-11-20 {clock}")
        told.append(sweeps.duty_missed())
    assert [(one["told"], one["heads"]) for one in told] == [(0, 0), (1, 0), (0, 0), (0, 1), (0, 0)]


def test_each_run_leaves_a_row(community, today):
    today("2026-11-20 09:00")
    sweeps.duty_remind()
    run = SweepRun.objects.get(sweep="duty-remind")
    assert (run.is_ok, run.done) == (True, {})
