"""Alarms come in over REST: once each, whoever is known, and nobody is told twice."""

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from portal.core.models import AccessLog, ChangeLog, IdempotencyKey, Notice, Outgoing
from portal.core.outbox import message_open
from residents.actions import household_move
from services.alarms import api
from services.models import Alarm, AlarmRules
from tests.people import make_api_client, make_building, make_dwelling
from tests.racing import at_once
from tests.services.rows import URL, put_on_duty, ring

pytestmark = pytest.mark.django_db


def told(alarm, step="call"):
    rows = Notice.objects.filter(key=f"alarm:{alarm.pk}:{step}")
    return set(rows.values_list("recipient__username", flat=True))


def test_ring_becomes_an_alarm_of_the_home(device, home, token):
    answer = ring(token)
    assert answer.status_code == 201, answer.content.decode()
    row = Alarm.objects.get()
    assert answer.json() == {"id": str(row.pk), "device": "A-1", "is_known": True,
                             "joined": False, "count": 1, "state": "ringing"}  # fmt: skip
    assert (row.household, row.cell, row.addr_key, row.kind, row.spot) == (
        home, home.cell, "3-2-501", "button", "床头"
    )  # fmt: skip


def test_leaders_of_the_cell_and_who_is_on_duty_hear_of_it(device, token, phones, leader_a,
                                                           leader_b, clerk, community):  # fmt: skip
    put_on_duty(leader_b, community)
    put_on_duty(clerk, community, minutes=30)  # not yet
    ring(token)
    row = Alarm.objects.get()
    assert told(row) == {"leader_a", "leader_b"}
    sent = Outgoing.objects.filter(purpose="alarm-call")
    assert {message.recipient for message in sent} == {leader_a, leader_b}
    assert row.steps.get(kind="call").told in ("李网格、周网格", "周网格、李网格")


def test_messages_and_notices_name_the_door_and_nobody(device, token, phones, leader_a):
    ring(token)
    texts = [message_open(row)[1] for row in Outgoing.objects.all()]
    for text in [*texts, *Notice.objects.values_list("text", flat=True)]:
        assert "3-2-501 呼叫按钮报警" in text
        assert not any(secret in text for secret in ("赵", "1381234", "5678"))


def test_the_same_key_gives_the_first_answer_byte_for_byte(device, token, leader_a):
    key = uuid4()
    first = ring(token, key=key)
    again = [ring(token, key=key) for _ in range(20)]
    assert {(one.status_code, one.content) for one in again} == {(201, first.content)}
    row = Alarm.objects.get()
    assert (row.count, row.steps.filter(kind="ring").count(), Notice.objects.count()) == (1, 1, 1)


def test_the_first_answer_stays_also_when_the_alarm_went_on(device, token, leader_a):
    key = uuid4()
    first = ring(token, key=key)
    ring(token)
    assert ring(token, key=key).content == first.content


def test_another_body_under_the_key_is_409_and_the_desk_hears_of_it(device, token, clerk):
    key = uuid4()
    ring(token, key=key)
    answers = [ring(token, "B-2", key=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409] * 3
    assert answers[0].json()["error"]["code"] == "other_body"
    assert Alarm.objects.count() == 1
    assert Notice.objects.filter(recipient=clerk, text__contains="B-2").count() == 1


def test_keys_of_two_platforms_do_not_meet(device, token, other_community):
    key = uuid4()
    other = make_api_client(other_community, "alarms:write")
    assert {ring(one, key=key).status_code for one in (token, other)} == {201}
    assert Alarm.objects.count() == 2


def test_an_unknown_device_is_an_alarm_for_desk_and_duty(token, phones, leader_b, community):
    put_on_duty(leader_b, community)
    answer = ring(token, "X-9", kind="cord")
    assert (answer.status_code, answer.json()["is_known"]) == (201, False)
    row = Alarm.objects.get()
    assert (row.household, row.cell, row.addr_key, row.kind) == (None, None, "", "cord")
    assert told(row) == {"director", "clerk", "leader_b"}
    assert "X-9" in Notice.objects.first().text


def test_a_device_out_of_service_counts_as_unknown(device, token):
    device.to_on = timezone.localdate()
    device.save()
    assert ring(token).json()["is_known"] is False


def test_another_committees_device_is_unknown_here(device, other_community):
    ring(make_api_client(other_community, "alarms:write"))
    row = Alarm.objects.get()
    assert (row.community, row.device) == (other_community, None)


def test_pressed_again_it_joins_and_nobody_is_told_twice(device, token, phones, leader_a):
    first = ring(token).json()
    again = [ring(token).json() for _ in range(4)]
    assert {one["id"] for one in again} == {first["id"]}
    assert [one["count"] for one in again] == [2, 3, 4, 5]
    row = Alarm.objects.get()
    assert row.last_rang_at > row.rang_at
    assert row.steps.filter(kind="ring").count() == 5
    assert (Notice.objects.count(), Outgoing.objects.count()) == (1, 1)


def test_pressed_after_the_set_minutes_it_is_a_new_alarm(device, token, community, leader_a):
    AlarmRules.objects.create(community=community, join_minutes=5)
    ring(token)
    Alarm.objects.update(last_rang_at=timezone.now() - dt.timedelta(minutes=6))
    assert ring(token).json()["joined"] is False
    assert Notice.objects.filter(recipient=leader_a).count() == 2


def test_pressed_after_it_was_closed_it_is_a_new_alarm(device, token, leader_a):
    from services.actions import alarm_close

    ring(token)
    alarm_close(by=leader_a, alarm=Alarm.objects.get(), outcome="safe")
    assert ring(token).json()["joined"] is False


@pytest.mark.parametrize(
    "body", [{"kind": "rocket"}, {"rang_at": "yesterday"}, {"rang_at": 7, "kind": 5}, {"x": 1}]
)
def test_nobody_is_left_on_the_floor_for_a_wrong_detail(device, token, body):
    assert ring(token, **body).status_code == 201
    assert Alarm.objects.get().kind == "button"


def test_a_clock_ahead_is_set_right_and_one_behind_is_believed(device, token):
    now = timezone.now()
    ring(token, rang_at=(now + dt.timedelta(days=2)).isoformat())
    assert Alarm.objects.get().rang_at <= timezone.now()
    Alarm.objects.update(last_rang_at=now - dt.timedelta(days=1))
    early = now - dt.timedelta(minutes=4)
    ring(token, rang_at=early.isoformat())
    row = Alarm.objects.latest("received_at")
    assert (row.rang_at, row.received_at > now) == (early, True)


@pytest.mark.parametrize("body", ["", "[]", '{"device": ""}', '{"device": null}', '{"kind": "x"}',
                                  '{"device": "%s"}' % ("9" * 41), "{"])  # fmt: skip
def test_what_names_no_device_is_refused_and_the_key_stays_free(device, token, body):
    key = str(uuid4())
    answer = Client().post(URL, body, content_type="application/json", headers={
        "authorization": f"Bearer {token}", "Idempotency-Key": key})  # fmt: skip
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert ring(token, key=key).status_code == 201


@pytest.mark.parametrize("key", ["", "abc"])
def test_without_a_key_nothing_is_taken(device, token, key):
    answer = Client().post(URL, json.dumps({"device": "A-1"}), content_type="application/json",
                           headers={"authorization": f"Bearer {token}",
                                    "Idempotency-Key": key})  # fmt: skip
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "Idempotency-Key")
    assert not Alarm.objects.exists()


def test_only_the_writing_scope_writes_and_it_reads_nothing(device, community, token):
    reader = make_api_client(community, "alarms", "households", "incidents")
    assert ring(reader).status_code == 403
    assert Client().get(URL, headers={"authorization": f"Bearer {token}"}).status_code == 403
    assert not Alarm.objects.exists()
    assert ring("nonsense").status_code == 401


def test_other_addresses_take_nothing(community):
    token = make_api_client(community, "incidents", "alarms:write")
    answer = Client().post("/api/v1/incidents/", "{}", content_type="application/json",
                           headers={"authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.status_code == 405


def test_a_platform_gone_mad_is_braked_and_may_repeat(device, token, monkeypatch):
    monkeypatch.setattr(api, "A_MINUTE", 2)
    key = uuid4()
    assert [ring(token, key=k).status_code for k in (key, uuid4(), uuid4())] == [201, 201, 429]
    assert ring(token, key=key).status_code == 201  # answered before: no new alarm
    IdempotencyKey.objects.update(created_at=timezone.now() - dt.timedelta(minutes=2))
    assert ring(token).status_code == 201


def test_a_long_body_is_refused(device, token):
    assert ring(token, note="x" * 5000).status_code == 413


def test_the_log_names_the_platform_and_no_door(device, token):
    ring(token)
    row = ChangeLog.objects.get(action="alarm_ring")
    assert row.by_name == "街道办数据接口"
    assert "3-2-501" not in str(row.after)


def test_a_household_that_left_is_not_rung_for_the_next_one(device, home, token, director):
    """The device stays on the wall: the alarm is at its door, with whoever lives there now."""
    there = make_dwelling(make_building(home.community, "9", home.cell))
    household_move(by=director, household=home, version=home.version, dwelling=there,
                   on=timezone.localdate(), note="")  # fmt: skip
    ring(token)
    row = Alarm.objects.get()
    assert (row.addr_key, row.household) == ("3-2-501", None)


def test_feed_gives_what_happened_and_the_door_with_its_scope_only(alarm, community,
                                                                   other_community):  # fmt: skip
    def read(*scopes, place=community):
        token = make_api_client(place, *scopes)
        return Client().get(URL, headers={"authorization": f"Bearer {token}"})

    answer = read("alarms")
    (found,) = answer.json()["results"]
    assert (found["id"], found["device"], found["state"]) == (str(alarm.pk), "A-1", "ringing")
    assert found.keys().isdisjoint({"address", "household", "outcome"})
    assert not any(secret in answer.content.decode() for secret in ("3-2-501", "赵秀兰", "1381"))
    (found,) = read("alarms", "households", "alarm_outcome").json()["results"]
    assert (found["address"], found["outcome"]) == ("3-2-501", "")
    assert AccessLog.objects.filter(action="api_read").count() == 2
    assert read("alarms", place=other_community).json()["results"] == []


def test_the_description_tells_how_to_ring(community):
    token = make_api_client(community, "alarms")
    schema = Client().get("/api/v1/schema/", headers={"authorization": f"Bearer {token}"}).json()
    post = schema["paths"]["/api/v1/alarms/"]["post"]
    assert [one["name"] for one in post["parameters"]] == ["Idempotency-Key"]
    assert {"201", "400", "401", "403", "409", "413", "429"} <= post["responses"].keys()
    assert set(schema["paths"]["/api/v1/alarms/{key}/"]) == {"get"}


@pytest.mark.django_db(transaction=True)
def test_replays_and_presses_at_once_leave_one_alarm(device, token, leader_a):
    key = uuid4()
    same = at_once(*[lambda: ring(token, key=key) for _ in range(6)])
    assert {(one.status_code, one.content) for one in same} == {(201, same[0].content)}
    others = at_once(*[lambda: ring(token) for _ in range(6)])
    assert {one.status_code for one in others} == {201}
    row = Alarm.objects.get()
    assert (row.count, row.steps.filter(kind="ring").count()) == (7, 7)
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_presses_at_once_make_one_alarm(device, token, leader_a):
    at_once(*[lambda: ring(token) for _ in range(4)])
    assert Alarm.objects.get().count == 4
