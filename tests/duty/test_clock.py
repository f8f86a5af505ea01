"""Reminders, missed check-ins, gaps, the month's sheet: when they are due, and once each."""

import datetime as dt

import pytest

from portal.core.access import SYSTEM
from portal.core.models import Notice, Outgoing
from portal.duty.actions import clock
from portal.duty.actions.checkin import shift_check_in
from portal.duty.actions.setup import duty_rules_set
from portal.duty.models import Roster, Shift
from tests.duty.rows import at, make_roster, make_shift, make_template

pytestmark = pytest.mark.django_db
EVENING = at("2094-02-28 19:00")


def due(moment):
    return list(clock.reminders_due(moment))


@pytest.mark.parametrize(
    ("moment", "count"),
    [("2094-02-28 18:59", 0), ("2094-02-28 19:00", 1), ("2094-02-28 23:59", 1),
     ("2094-03-01 07:59", 1), ("2094-03-01 08:00", 0), ("2094-02-27 19:00", 0)],
)  # fmt: skip
def test_reminders_are_due_from_the_evening_before_to_the_start(early, moment, count):
    assert len(due(at(moment))) == count


def test_hour_of_the_reminder_is_the_communitys(director, early):
    duty_rules_set(by=director, community_id=early.community_id, version=1,
                   values={"remind_at": dt.time(17)})  # fmt: skip
    assert due(at("2094-02-28 17:00")) == [early]


def test_a_reminder_is_a_notice_and_a_message_once(wang, early):
    wang.work_phone = "13800000001"
    wang.save()
    for _ in range(2):
        for shift in [Shift.objects.select_related("user").get(pk=early.pk)]:
            clock.shift_remind(by=SYSTEM, shift=shift)
    notice, message = Notice.objects.get(), Outgoing.objects.get()
    assert notice.text == "值班提醒：3月1日 08:00 至 12:00 早班。请准时到岗并签到。"
    assert (message.recipient, message.not_after) == (wang, early.ends_at)
    assert due(EVENING) == []


def test_without_a_telephone_the_notice_is_enough(wang, early):
    clock.shift_remind(by=SYSTEM, shift=early)
    assert Notice.objects.count() == 1
    assert not Outgoing.objects.exists()


def test_who_got_the_shift_later_is_reminded_too(director, wang, li, early):
    from portal.duty.actions.changes import shift_replace

    clock.shift_remind(by=SYSTEM, shift=early)
    shift_replace(by=director, shift=early, user=li, reason="x")
    (shift,) = due(EVENING)
    assert clock.shift_remind(by=SYSTEM, shift=shift)
    assert set(Notice.objects.filter(key__contains="remind").values_list("recipient", flat=True)) \
        == {wang.pk, li.pk}  # fmt: skip


def test_a_reminder_read_before_a_swap_reaches_nobody_wrong(director, li, early):
    from portal.duty.actions.changes import shift_replace

    (stale,) = due(EVENING)
    shift_replace(by=director, shift=early, user=li, reason="x")
    assert clock.shift_remind(by=SYSTEM, shift=stale) is False


@pytest.mark.parametrize(
    ("moment", "steps"),
    [("08:14", []), ("08:15", [False]), ("08:29", [False]), ("08:30", [False, True]),
     ("11:59", [False, True])],
)  # fmt: skip
def test_missed_check_in_tells_the_person_then_the_head(early, moment, steps):
    assert [is_head for _, is_head in clock.missed_due(at(f"2094-03-01 {moment}"))] == steps


def test_whoever_checked_in_is_left_alone(wang, early):
    shift_check_in(by=wang, shift=early, at=at("2094-03-01 08:20"))
    assert list(clock.missed_due(at("2094-03-01 08:40"))) == []
    assert clock.shift_missed(by=SYSTEM, shift=early) is False
    assert not Notice.objects.exists()


def test_missed_is_told_once_each(director, wang, early):
    for _ in range(3):
        shift = Shift.objects.select_related("user").get(pk=early.pk)
        clock.shift_missed(by=SYSTEM, shift=shift)
        clock.shift_missed_head(by=SYSTEM, shift=shift)
    assert [n.recipient for n in Notice.objects.order_by("created_at")] == [wang, director]
    assert list(clock.missed_due(at("2094-03-01 09:00"))) == []


def test_long_past_shifts_trouble_nobody(roster, early):
    assert list(clock.missed_due(at("2094-03-02 12:00"))) == []


def test_gaps_of_the_coming_week_by_day(roster, early, wang):
    make_shift(roster, "2094-03-02 08:00", "2094-03-02 12:00")
    make_shift(roster, "2094-03-02 08:00", "2094-03-02 12:00")
    make_shift(roster, "2094-03-09 08:00", "2094-03-09 12:00")
    found = clock.gaps_due(at("2094-03-01 10:00"))
    assert found == {(roster.community_id, dt.date(2094, 3, 2)): 2}


def test_a_gap_is_told_once_and_to_who_came_later(roster, director):
    day = dt.date(2094, 3, 2)
    tell = {"by": SYSTEM, "community_id": roster.community_id, "day": day, "count": 1}
    assert clock.gaps_tell(**tell) is True
    assert clock.gaps_tell(**tell) is False
    assert Notice.objects.filter(recipient=director).count() == 1


def test_a_month_that_begins_within_a_week_unpublished_is_urged_once(community, director, roster):
    make_template(community, "早班", from_on=dt.date(2026, 1, 1))
    first = dt.date(2094, 4, 1)
    assert clock.unpublished_due(at("2094-03-24 10:00")) == []
    assert clock.unpublished_due(at("2094-03-25 10:00")) == [(community.pk, first)]
    tell = {"by": SYSTEM, "community_id": community.pk, "month": first}
    assert (clock.unpublished_tell(**tell), clock.unpublished_tell(**tell)) == (True, False)
    make_roster(community, "2094-04-01", state="published")
    assert clock.unpublished_due(at("2094-03-25 10:00")) == []


def test_sheet_of_a_month_that_is_over_is_told_once(director, community):
    past = make_roster(community, "2026-01-01", state="published")
    make_roster(community, "2026-02-01")
    assert list(clock.hours_due(at("2026-02-01 00:00"))) == [past]
    assert list(clock.hours_due(at("2026-01-31 23:59"))) == []
    assert (clock.hours_tell(by=SYSTEM, roster=past), clock.hours_tell(by=SYSTEM, roster=past)) == (
        True, False,
    )  # fmt: skip
    assert Notice.objects.filter(recipient=director).count() == 1
    assert not Roster.objects.filter(pk=past.pk, hours_at=None).exists()
