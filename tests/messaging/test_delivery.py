"""From the outbox to the gateway: once by reference, at least once, and never in silence."""

import json
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core.access import SYSTEM
from portal.core.audit import verify_logs
from portal.core.errors import NotAllowed
from portal.core.models import ChangeLog, Notice, Outgoing
from portal.messaging import delivery
from portal.messaging.delivery import LEASE, message_record, message_send, messages_due
from portal.messaging.gateways.http import HttpGateway
from portal.messaging.quiet import TRIES, wait_after
from portal.messaging.tasks import message_deliver, messages_send
from tests.messaging.outbox import HOUR, MINUTE, NOON, NUMBER, TEXT, at, make_message, stored

pytestmark = pytest.mark.django_db


def test_message_send_brings_a_message_out(fake):
    row = make_message()
    assert message_send(row.pk, NOON) == "sent"
    row = stored(row)
    assert (row.state, row.tries, row.gateway) == ("sent", 1, "http")
    assert row.gateway_id == f"gw-{str(row.pk)[-4:]}"
    assert (row.sent_at, row.lease_until, row.error) == (NOON, None, "")
    assert fake.applied == {str(row.pk): 1}


def test_messages_due_are_those_whose_time_has_come(fake):
    late, now = make_message("late", NOON - HOUR), make_message("now")
    make_message("later", NOON + MINUTE)
    held = make_message("held")
    message_send(make_message("sent").pk, NOON)
    Outgoing.objects.filter(pk=held.pk).update(state="sending", lease_until=NOON + MINUTE)
    assert messages_due(NOON) == [late.pk, now.pk]
    assert held.pk in messages_due(NOON + MINUTE)


def test_message_sent_is_not_sent_again(fake):
    row = make_message()
    assert [message_send(row.pk, NOON) for _ in range(3)] == ["sent", None, None]
    assert len(fake.requests) == 1


def test_an_unknown_message_is_nobodys(fake):
    assert message_send(uuid4(), NOON) is None


def test_nothing_is_sent_inside_a_transaction(fake, monkeypatch, transactional_db):
    """A slow gateway holds no lock."""
    send, seen = HttpGateway.send, []

    def watched(self, *args):
        seen.append(connection.in_atomic_block)
        return send(self, *args)

    monkeypatch.setattr(HttpGateway, "send", watched)
    message_send(make_message().pk, NOON)
    assert seen == [False]


# --- Failures


def test_a_failure_waits_by_the_table_and_dies_after_twenty(fake, clerk, community):
    row, now = make_message(tenant=community.pk), NOON
    for tries in range(1, TRIES):
        fake.script = [404, 503]  # of the second try on: not known, not sent
        fake.script = fake.script[tries == 1 :]
        assert message_send(row.pk, now) == "queued"
        row = stored(row)
        assert (row.tries, row.next_at) == (tries, now + wait_after(tries))
        assert message_send(row.pk, row.next_at - MINUTE / 60) is None
        now = by_day(row)
    fake.script = [404, 503]
    assert message_send(row.pk, now) == "failed"
    assert stored(row).error == "短信平台暂时不能发送（503）"
    assert Notice.objects.get().recipient == clerk


def by_day(row):
    """The moment of the next try, by day."""
    Outgoing.objects.filter(pk=row.pk).update(next_at=NOON)
    return NOON


def test_a_refusal_is_final_and_told_once(fake, director, clerk, leader_a, community):
    row, fake.script = make_message(tenant=community.pk), [422]
    assert message_send(row.pk, NOON) == "failed"
    assert message_send(row.pk, NOON + HOUR) is None
    assert {notice.recipient for notice in Notice.objects.all()} == {director, clerk}
    (text,) = set(Notice.objects.values_list("text", flat=True))
    assert not any(word in text for word in (NUMBER, TEXT, TEXT[:6]))


def test_a_lost_answer_is_asked_for_before_sending_again(fake):
    """Also a gateway that does not know keys gets the message once."""
    row, fake.knows_keys, fake.script = make_message(), False, ["cut"]
    assert message_send(row.pk, NOON) == "queued"
    assert message_send(row.pk, NOON + MINUTE) == "sent"
    assert [request[0] for request in fake.requests] == ["POST", "GET"]
    assert fake.applied == {str(row.pk): 1}


def test_a_gateway_that_cannot_tell_is_not_sent_to(fake):
    row, fake.script = make_message(), ["cut", 500]
    message_send(row.pk, NOON)
    assert message_send(row.pk, NOON + MINUTE) == "queued"
    assert stored(row).tries == 2
    assert [request[0] for request in fake.requests] == ["POST", "GET"]


def test_a_dead_workers_message_is_due_after_its_lease(fake):
    row = make_message()
    delivery._claim(row.pk, NOON)  # and killed
    assert message_send(row.pk, NOON + LEASE - MINUTE / 60) is None
    assert message_send(row.pk, NOON + LEASE) == "sent"
    assert [request[0] for request in fake.requests] == ["GET", "POST"]


def test_a_message_that_kills_its_workers_ends(fake, clerk, community):
    row = make_message(tenant=community.pk)
    for number in range(TRIES):
        delivery._claim(row.pk, NOON + number * LEASE)
    assert message_send(row.pk, NOON + TRIES * LEASE) == "failed"
    assert fake.applied == {}
    assert Notice.objects.count() == 1


def test_a_slow_worker_does_not_undo_who_took_over(fake, monkeypatch):
    """The lease ends in mid-send: the second worker sends too, the gateway applies it once."""
    row, send, states = make_message(), HttpGateway.send, []

    def slow(self, *args):
        if not states:
            states.append("")
            states.append(message_send(row.pk, NOON + LEASE))
            fake.script = [503]
        return send(self, *args)

    monkeypatch.setattr(HttpGateway, "send", slow)
    assert message_send(row.pk, NOON) is None  # its failure comes too late
    assert states[1:] == ["sent"]
    assert (stored(row).state, fake.applied) == ("sent", {str(row.pk): 1})


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_one_message_once(fake):
    row = make_message()

    def work(_):
        try:
            return message_send(row.pk, NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(work, range(16)))
    assert sorted(filter(None, states)) == ["sent"]
    assert [request[0] for request in fake.requests] == ["POST"]


def test_only_an_action_of_sweeps_records(fake, clerk):
    row = delivery._claim(make_message().pk, NOON)
    with pytest.raises(NotAllowed):
        message_record(by=clerk, row=row, outcome=delivery.Outcome("sent", {}), gateway="http")


# --- Time


@pytest.mark.parametrize("now", [at(22), at(23, 59), at(0, day=3), at(6, 59, day=3)])
def test_at_night_a_message_waits_for_the_morning(fake, now):
    row = make_message()
    assert message_send(row.pk, now) == "queued"
    assert (stored(row).next_at, stored(row).tries) == (at(7, day=3), 0)
    assert fake.requests == []
    assert message_send(row.pk, at(7, day=3)) == "sent"


@pytest.mark.parametrize(
    ("purpose", "not_after", "state"),
    [
        ("值班提醒", at(6, 30, day=3), "dropped"),
        ("值班提醒", at(7, day=3), "queued"),
        ("alarm-fall", at(6, 30, day=3), "sent"),
        ("alarm-fall", None, "sent"),
    ],
)
def test_at_night_only_alarms_ring(fake, purpose, not_after, state):
    row = make_message(purpose=purpose, not_after=not_after)
    assert message_send(row.pk, at(22, 30)) == state
    assert len(fake.applied) == (state == "sent")


def test_a_message_past_its_use_is_dropped(fake, clerk, community):
    row = make_message(not_after=NOON + HOUR, tenant=community.pk)
    assert message_send(row.pk, NOON + HOUR + MINUTE) == "dropped"
    assert fake.requests == []
    assert Notice.objects.count() == 0


def test_a_message_that_went_out_is_not_called_dropped(fake):
    """Its worker was killed after the gateway had it, and its time ran out since."""
    row = make_message(not_after=NOON + MINUTE)
    HttpGateway().send(row.pk, NUMBER, TEXT)
    delivery._claim(row.pk, NOON)
    assert message_send(row.pk, NOON + HOUR) == "sent"


# --- The sweep


@pytest.fixture
def clock(monkeypatch):
    """Noon, until the test says otherwise."""
    now = [NOON]
    monkeypatch.setattr(timezone, "now", lambda: now[0])
    return now


def test_messages_send_queues_one_task_a_message(fake, clock, monkeypatch):
    rows, queued = [make_message(str(number)) for number in range(3)], []
    monkeypatch.setattr(message_deliver, "apply_async",
                        lambda args, **options: queued.append((args, options)))  # fmt: skip
    assert messages_send() == {"queued": 3}
    assert queued == [((str(row.pk),), {"expires": 30}) for row in rows]
    said = json.dumps(queued)
    assert NUMBER not in said
    assert TEXT not in said


def test_messages_send_when_nothing_is_due_asks_once(fake, clock):
    messages_send()
    with CaptureQueriesContext(connection) as queries:
        assert messages_send() == {}
    assert len(queries) <= 4


def test_a_gateway_that_fails_delays_and_repeats(fake, clock):
    """Seeded: 60 messages through every kind of failure; each applied exactly once."""
    chance = random.Random(4)
    words = [500, 503, 429, 302, "drop", "cut", *["ok"] * 4]
    rows = [make_message(str(number)) for number in range(60)]
    fake.script = [chance.choice(words) for _ in range(150)] + ["lost", "hang"]
    rounds = 0
    while Outgoing.objects.exclude(state="sent").exists():
        messages_send()
        clock[0] += 3 * MINUTE
        Outgoing.objects.update(next_at=NOON)  # the waits of the table are another test's
        rounds += 1
        assert rounds < TRIES
    assert fake.applied == {str(row.pk): 1 for row in rows}
    assert verify_logs() == []


# --- What is never told


def test_no_log_holds_number_or_text(fake, clerk, community, caplog):
    caplog.set_level(logging.DEBUG)
    for number, word in enumerate(["ok", 422, 503, "drop"]):
        fake.script = [word]
        message_send(make_message(str(number), tenant=community.pk).pk, NOON)
    entries = list(ChangeLog.objects.filter(action="message_record"))
    assert [entry.after["state"] for entry in entries] == ["sent", "failed", "queued", "queued"]
    told = caplog.text + "".join(f"{e.before}{e.after}{e.reason}" for e in entries)
    assert not any(value in told for value in (NUMBER, NUMBER[-4:], TEXT, TEXT[:6]))
    assert verify_logs() == []


def test_the_record_rolls_back_with_its_audit_row(fake, monkeypatch):
    row = delivery._claim(make_message().pk, NOON)

    def fail(**_):
        raise OSError

    monkeypatch.setattr(delivery, "record_change", fail)
    with pytest.raises(OSError):
        message_record(by=SYSTEM, row=row, outcome=delivery.Outcome("sent", {}), gateway="http")
    assert stored(row).state == "sending"
