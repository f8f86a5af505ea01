"""Alarms on the phone: in the day's list, by the minute, and what is sent about them."""

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.models import AccessLog, Notice, Submission
from services.actions import alarm_close, alarm_take
from services.models import Alarm
from tests.duty.test_phone import send
from tests.people import client_of
from tests.racing import at_once
from tests.services.rows import make_alarm, make_device, put_on_duty

pytestmark = pytest.mark.django_db


def day(user):
    return client_of(user).get(reverse("phone:day")).json()


def body(alarm, **values):
    return {"alarm": str(alarm.pk), "at": timezone.now().isoformat()} | values


def test_day_list_holds_the_alarms_of_the_own_cell(leader_a, leader_b, alarm, home):
    (found,) = day(leader_a)["alarms"]
    assert (found["address"], found["kind"], found["spot"]) == ("3-2-501", "呼叫按钮", "床头")
    assert [one["name"] for one in found["people"]] == ["赵秀兰", "王一诺"]
    assert [one["has_phone"] for one in found["people"]] == [True, False]
    assert day(leader_b)["alarms"] == []


def test_day_list_holds_no_number_and_logs_the_look(leader_a, alarm, home):
    page = client_of(leader_a).get(reverse("phone:day")).content.decode()
    assert not any(secret in page for secret in ("1381234", "5678"))
    log = AccessLog.objects.get(action="phone_day")
    assert str(home.head_id) in log.subjects


def test_who_is_on_duty_has_all_of_the_community(leader_b, guard, alarm, community):
    assert day(guard)["alarms"] == []
    for user in (leader_b, guard):
        put_on_duty(user, community)
        assert [one["id"] for one in day(user)["alarms"]] == [str(alarm.pk)]


def test_people_who_answer_none_get_none(street, alarm):
    assert (day(street)["alarms"], day(street)["alarms_tag"]) == ([], None)


def test_closed_ones_are_not_on_the_phone(leader_a, alarm):
    alarm_close(by=leader_a, alarm=alarm, outcome="safe")
    assert day(leader_a)["alarms"] == []


def test_day_list_costs_the_same_for_many(leader_a, home):
    def cost():
        with CaptureQueriesContext(connection) as found:
            day(leader_a)
        return len(found)

    make_alarm(make_device(home))
    cost()
    first = cost()
    for _ in range(20):
        make_alarm(make_device(home))
    assert cost() == first


def test_asked_by_the_minute_it_answers_shortly_while_nothing_changed(leader_a, alarm, director):
    known = day(leader_a)["alarms_tag"]
    looks = AccessLog.objects.count()
    client, url = client_of(leader_a), reverse("phone:alarms_now")
    answer = client.get(url, {"known": known}).json()
    assert (answer["ok"], answer["same"], "alarms" in answer) == (True, True, False)
    assert AccessLog.objects.count() == looks
    alarm_take(by=director, alarm=alarm)
    answer = client.get(url, {"known": known}).json()
    assert (answer["same"], answer["alarms"][0]["taken_by"]) == (False, director.name)
    assert AccessLog.objects.filter(action="alarm_phone").count() == 1


def test_one_telephone_for_a_reason_that_is_logged(leader_a, leader_b, alarm, home):
    url = reverse("phone:alarm_call", args=[alarm.pk, home.head_id])
    assert client_of(leader_a).post(url).json() == {"ok": True, "phone": "13812345678"}
    assert AccessLog.objects.get(action="alarm_call").by == leader_a.pk
    assert client_of(leader_b).post(url).status_code == 404
    alarm_close(by=leader_a, alarm=alarm, outcome="safe")
    assert client_of(leader_a).post(url).status_code == 404


def test_take_and_close_come_once_each(leader_a, alarm):
    key, other = uuid4(), uuid4()
    taken = [send(leader_a, "alarm_take", sent, key) for sent in [body(alarm)] * 3]
    assert {(one.status_code, one.content) for one in taken} == {(201, taken[0].content)}
    closed = body(alarm, outcome="helped", note="已换电池")
    done = [send(leader_a, "alarm_close", closed, other) for _ in range(3)]
    assert {(one.status_code, one.content) for one in done} == {(201, done[0].content)}
    assert done[0].json()["state"] == "closed"
    kinds = list(alarm.steps.values_list("kind", flat=True))
    assert kinds == ["ring", "take", "close"]
    assert alarm.steps.get(kind="close").note == "已换电池"


def test_the_second_is_told_who_was_first_and_nothing_is_refused(leader_a, director, alarm):
    send(director, "alarm_take", body(alarm))
    answer = send(leader_a, "alarm_take", body(alarm))
    assert (answer.status_code, answer.json()["taken_by"], answer.json()["mine"]) == (
        201, director.name, False
    )  # fmt: skip
    (found,) = day(leader_a)["alarms"]
    assert (found["also"], found["mine"], found["taken_by"]) == (True, False, director.name)
    assert day(director)["alarms"][0]["also"] is False
    send(director, "alarm_close", body(alarm, outcome="safe"))
    late = send(leader_a, "alarm_close", body(alarm, outcome="helped", note="门锁了"))
    assert (late.status_code, late.json()["state"]) == (201, "closed")
    assert alarm.steps.get(kind="remark").note == "门锁了"
    assert not Submission.objects.exclude(state="accepted").exists()


def test_made_without_signal_it_counts_from_the_press(leader_a, device):
    alarm = make_alarm(device, minutes=60)
    at = alarm.rang_at + dt.timedelta(minutes=2)
    send(leader_a, "alarm_take", body(alarm, at=at.isoformat()))
    alarm.refresh_from_db()
    assert (alarm.taken_at, alarm.is_in_time) == (at, True)


def test_made_on_duty_it_is_taken_when_the_duty_is_over(guard, alarm, community, leader_a):
    put_on_duty(guard, community, minutes=-120, until=-10)
    at = (timezone.now() - dt.timedelta(minutes=30)).isoformat()
    alarm_close(by=leader_a, alarm=alarm, outcome="safe")
    assert send(guard, "alarm_take", body(alarm, at=at)).status_code == 201
    assert send(guard, "alarm_take", body(alarm)).status_code == 404


def test_another_cells_leader_is_refused_and_the_desk_reads_why(leader_b, alarm, director):
    answer = send(leader_b, "alarm_take", body(alarm))
    assert answer.status_code == 404
    notice = Notice.objects.get(recipient=director)
    assert "报警响应" in notice.text
    page = client_of(director).get(notice.url).content.decode()
    assert "3-2-501" in page


@pytest.mark.parametrize("sent", [{}, {"alarm": "x"}, {"at": "x"}, {"outcome": "x"},
                                  {"note": 5}, {"note": "x" * 501}])  # fmt: skip
def test_malformed_records_are_refused_not_failed(leader_a, alarm, sent):
    whole = body(alarm, outcome="safe") | sent if sent else {}
    assert 400 <= send(leader_a, "alarm_close", whole).status_code < 500
    assert Alarm.objects.get().state == "ringing"


@pytest.mark.django_db(transaction=True)
def test_the_same_record_at_once_is_one(leader_a, alarm):
    key, sent = uuid4(), json.dumps(body(alarm))
    answers = at_once(*[lambda: send(leader_a, "alarm_take", json.loads(sent), key)] * 5)
    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert alarm.steps.filter(kind="take").count() == 1
