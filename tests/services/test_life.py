"""Taken, closed, passed on by the clock: each once, by whoever may."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.permissions import Role
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog, Notice, Outgoing
from services.actions import alarm_close, alarm_ring, alarm_take
from services.models import Alarm, AlarmRules, AlarmStep
from services.tasks import alarms_sweep
from tests.people import make_api_client, make_user
from tests.racing import at_once
from tests.services.rows import make_alarm, put_on_duty, ring

pytestmark = pytest.mark.django_db


def later(minutes):
    """The clock goes on: everything that was received lies so much longer ago."""
    for row in Alarm.objects.all():
        row.received_at -= dt.timedelta(minutes=minutes)
        row.save(update_fields=["received_at"])


def told(step):
    rows = Notice.objects.filter(key__endswith=f":{step}")
    return set(rows.values_list("recipient__username", flat=True))


@pytest.fixture
def posts(community, cell_a):
    """A backup and a head of cell A, who work there."""
    found = {}
    for kind, role in (("backup", Role.LEADER), ("head", Role.CLERK)):
        user = make_user(role, community, [cell_a], username=kind)
        cell_a.posts.create(community=community, user=user, kind=kind,
                            from_on=dt.date(2026, 1, 1))  # fmt: skip
        found[kind] = user
    return found


def test_take_first_wins_and_the_second_is_told_who_has_it(alarm, leader_a, director):
    first = alarm_take(by=leader_a, alarm=alarm)
    second = alarm_take(by=director, alarm=alarm)
    assert (first.state, first.taken_by, first.is_in_time) == ("taken", leader_a, True)
    assert second.taken_by == leader_a
    kinds = AlarmStep.objects.exclude(kind="ring").values_list("kind", "created_by__username")
    assert list(kinds) == [("take", "leader_a"), ("also", "director")]
    assert ChangeLog.objects.filter(action="alarm_take").count() == 2


def test_take_twice_by_one_person_is_one(alarm, leader_a):
    alarm_take(by=leader_a, alarm=alarm)
    alarm_take(by=leader_a, alarm=alarm)
    assert AlarmStep.objects.filter(created_by=leader_a).count() == 1


def test_take_tells_the_others_and_takes_back_what_has_not_left(device, token, phones, leader_a,
                                                                leader_b, community):  # fmt: skip
    put_on_duty(leader_b, community)
    ring(token)
    alarm_take(by=leader_a, alarm=Alarm.objects.get())
    assert told("take") == {"leader_b"}
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"dropped"}


def test_take_after_the_limit_is_late(device, leader_a):
    row = alarm_take(by=leader_a, alarm=make_alarm(device, minutes=4))
    assert row.is_in_time is False


def test_take_from_a_phone_counts_from_the_press(device, leader_a):
    alarm = make_alarm(device, minutes=30)
    pressed = alarm.received_at + dt.timedelta(minutes=2)
    row = alarm_take(by=leader_a, alarm=alarm, at=pressed)
    assert (row.taken_at, row.is_in_time) == (pressed, True)
    early = alarm_take(by=leader_a, alarm=make_alarm(device), at=alarm.rang_at)
    assert early.taken_at == early.rang_at  # nobody answers before it rang


def test_close_keeps_a_sealed_note(alarm, leader_a):
    alarm_take(by=leader_a, alarm=alarm)
    row = alarm_close(by=leader_a, alarm=alarm, outcome="helped", note=" 门锁坏了，已换 ")
    assert (row.state, row.outcome, row.closed_by) == ("closed", "helped", leader_a)
    step = row.steps.get(kind="close")
    assert step.note == "门锁坏了，已换"
    assert "门锁" not in bytes(step.note_sealed).decode("latin-1")
    log = ChangeLog.objects.get(action="alarm_close")
    assert "门锁" not in str(log.after)
    assert "helped" not in str(log.after)


def test_close_without_take_counts_as_taken_then(alarm, leader_a):
    row = alarm_close(by=leader_a, alarm=alarm, outcome="test")
    assert (row.taken_by, row.taken_at) == (leader_a, row.closed_at)


def test_closed_is_never_changed_only_added_to(alarm, leader_a, director):
    alarm_close(by=leader_a, alarm=alarm, outcome="safe", note="第一")
    row = alarm_close(by=director, alarm=alarm, outcome="hospital", note="第二")
    alarm_take(by=director, alarm=alarm)
    assert (row.outcome, row.closed_by) == ("safe", leader_a)
    notes = [(step.kind, step.outcome, step.note) for step in row.steps.exclude(kind="ring")]
    assert notes == [("close", "safe", "第一"), ("remark", "hospital", "第二"), ("also", "", "")]
    alarm.refresh_from_db()
    assert alarm.state == "closed"


def test_close_needs_an_outcome(alarm, leader_a):
    with pytest.raises(DomainError):
        alarm_close(by=leader_a, alarm=alarm, outcome="x")


@pytest.mark.parametrize("act", [alarm_take, lambda **v: alarm_close(outcome="safe", **v)])
def test_who_has_nothing_to_do_with_it_finds_nothing(alarm, leader_b, guard, auditor,
                                                     admin_user, act):  # fmt: skip
    for user in (leader_b, guard):
        with pytest.raises(OutOfScope):
            act(by=user, alarm=alarm)
    for user in (auditor, admin_user):
        with pytest.raises(NotAllowed):
            act(by=user, alarm=alarm)
    alarm.refresh_from_db()
    assert alarm.state == "ringing"


def test_who_is_on_duty_answers_in_every_cell_while_it_lasts(alarm, guard, leader_b, community):
    put_on_duty(guard, community)
    put_on_duty(leader_b, community, minutes=-120, until=-60)
    assert alarm_take(by=guard, alarm=alarm).taken_by == guard
    with pytest.raises(OutOfScope):
        alarm_take(by=leader_b, alarm=alarm)
    # It was that person's duty when the press was made, without signal.
    at = timezone.now() - dt.timedelta(minutes=90)
    alarm_take(by=leader_b, alarm=alarm, at=at)
    assert alarm.steps.get(kind="also").created_by == leader_b


def test_duty_in_another_community_opens_nothing(alarm, other_community):
    user = make_user(Role.GUARD, other_community)
    put_on_duty(user, other_community)
    with pytest.raises(OutOfScope):
        alarm_take(by=user, alarm=alarm)


# --- The clock


def test_nobody_answers_backup_and_head_then_directors(device, token, phones, posts, director,
                                                       leader_a):  # fmt: skip
    ring(token)
    assert alarms_sweep() == {"backups": 0, "directors": 0}
    later(4)
    assert alarms_sweep() == {"backups": 1, "directors": 0}
    assert told("backup") == {"backup", "head"}
    assert told("director") == set()
    later(9)
    assert alarms_sweep() == {"backups": 0, "directors": 1}
    assert told("director") == {"director"}
    assert alarms_sweep() == {"backups": 0, "directors": 0}
    assert Alarm.objects.get().level == 2


def test_a_clock_that_stood_still_tells_both(device, token, posts, director):
    ring(token)
    later(60 * 24)
    assert alarms_sweep() == {"backups": 1, "directors": 1}
    assert (told("backup"), told("director")) == ({"backup", "head"}, {"director"})


def test_the_minutes_are_the_directors_to_set(device, token, community, director):
    AlarmRules.objects.create(community=community, backup_minutes=6, director_minutes=1)
    ring(token)
    later(5)
    assert alarms_sweep() == {"backups": 0, "directors": 0}
    later(3)
    assert alarms_sweep() == {"backups": 1, "directors": 1}


def test_where_nobody_backs_up_the_directors_hear_at_once(device, token, director):
    ring(token)
    later(4)
    alarms_sweep()
    assert told("backup") == {"director"}


@pytest.mark.parametrize("outcome", ["", "safe"])
def test_what_was_answered_goes_no_further(device, token, leader_a, posts, outcome):
    ring(token)
    if outcome:
        alarm_close(by=leader_a, alarm=Alarm.objects.get(), outcome=outcome)
    else:
        alarm_take(by=leader_a, alarm=Alarm.objects.get())
    later(60)
    assert alarms_sweep() == {"backups": 0, "directors": 0}


def test_a_wrong_clock_of_the_device_hurries_nobody(device, token, posts):
    ring(token, rang_at="2026-01-01T00:00:00+08:00")
    assert alarms_sweep() == {"backups": 0, "directors": 0}


def test_messages_ring_at_night(device, token, phones, leader_a):
    from portal.messaging.quiet import is_urgent

    ring(token)
    assert is_urgent(Outgoing.objects.get(recipient=leader_a).purpose)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_and_two_takers_at_once(device, community, posts, director, leader_a):
    token = make_api_client(community, "alarms:write")
    ring(token)
    later(20)
    done = at_once(alarms_sweep, alarms_sweep, alarms_sweep)
    assert sum(one["backups"] for one in done) == sum(one["directors"] for one in done) == 1
    alarm = Alarm.objects.get()
    rows = at_once(*[lambda u=u: alarm_take(by=u, alarm=alarm)
                     for u in (director, leader_a, posts["head"])])  # fmt: skip
    assert len({row.taken_by_id for row in rows}) == 1
    assert alarm.steps.filter(kind="take").count() == 1
    assert alarm.steps.filter(kind="also").count() == 2


def test_ring_is_for_machines(director, community):
    with pytest.raises(NotAllowed):
        alarm_ring(by=director, community_id=community.pk, number="A-1")
