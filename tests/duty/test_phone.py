"""Duty on the phone: the day's list, and records that come once."""

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Membership
from portal.core.models import Notice, Submission
from portal.duty.models import DutyMatter, Shift, ShiftChange
from tests.duty.rows import make_roster, make_shift
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(community, wang):
    """A shift of 王 that is under way."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    roster = make_roster(community, f"{now:%Y-%m}-01", state="published")
    row = make_shift(roster, f"{now:%Y-%m-%d} 00:00", f"{now:%Y-%m-%d} 12:00", wang)
    row.starts_at, row.ends_at = now - dt.timedelta(hours=1), now + dt.timedelta(hours=3)
    row.save()
    return row


def send(user, kind, body, key=None, made_at=None):
    now = timezone.now().isoformat()
    envelope = {"key": str(key or uuid4()), "kind": kind, "user": str(user.pk),
                "body": json.dumps(body), "made_at": made_at or now, "sent_at": now}  # fmt: skip
    return client_of(user).post(reverse("phone:record_submit"), json.dumps(envelope),
                                content_type="application/json")  # fmt: skip


def day(user):
    return client_of(user).get(reverse("phone:day")).json()


def test_day_list_holds_own_and_colleagues_shifts(wang, li, running, roster):
    duty = day(wang)["duty"]
    assert [one["id"] for one in duty["shifts"]] == [str(running.pk)]
    assert [one["name"] for one in duty["colleagues"]] == [li.name]
    assert [one["name"] for one in duty["now"]] == [wang.name]
    assert [one["id"] for one in day(li)["duty"]["others"]] == [str(running.pk)]


def test_people_without_duty_get_none(street, running):
    assert day(street)["duty"] is None


def test_who_has_left_is_not_asked_for_a_swap(wang, li, running):
    Membership.objects.filter(user=li).update(to_on=dt.date(2026, 1, 1))
    assert day(wang)["duty"]["colleagues"] == []


def test_leader_sees_duty_of_the_community(leader_a, running):
    assert [one["name"] for one in day(leader_a)["duty"]["now"]] == [running.user.name]


def test_check_in_that_was_made_offline_keeps_its_moment(wang, running):
    made = timezone.now() - dt.timedelta(minutes=40)
    answer = send(wang, "duty_checkin", {"shift": str(running.pk), "at": made.isoformat()})
    assert answer.status_code == 201, answer.content.decode()
    assert Shift.objects.get(pk=running.pk).checked_in_at == made


def test_check_in_repeated_is_answered_as_the_first(wang, running):
    key, body = uuid4(), {"shift": str(running.pk), "at": timezone.now().isoformat()}
    first, again = send(wang, "duty_checkin", body, key), send(wang, "duty_checkin", body, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Submission.objects.count() == 1


def test_check_in_for_somebody_elses_shift_is_refused(li, running):
    answer = send(li, "duty_checkin", {"shift": str(running.pk), "at": timezone.now().isoformat()})
    assert answer.status_code == 404
    assert Shift.objects.get(pk=running.pk).checked_in_at is None


@pytest.mark.parametrize("body", [{}, {"shift": "x", "at": "y"}, {"shift": str(uuid4())}])
def test_malformed_records_are_refused_not_failed(wang, running, body):
    assert 400 <= send(wang, "duty_checkin", body).status_code < 500


def test_swap_from_ask_to_answer(wang, li, early, late):
    body = {"shift": str(early.pk), "other_shift": str(late.pk), "reason": "家里有事"}
    asked = send(wang, "duty_swap", body).json()
    assert (
        send(li, "duty_answer", {"change": asked["id"], "agrees": True}).json()["state"] == "done"
    )
    assert Shift.objects.get(pk=early.pk).user == li


def test_swap_can_be_taken_back(wang, li, early):
    asked = send(wang, "duty_swap", {"shift": str(early.pk), "taker": str(li.pk), "reason": "x"})
    send(wang, "duty_cancel", {"change": asked.json()["id"]})
    assert ShiftChange.objects.get().state == "cancelled"


def test_a_swap_that_breaks_a_rule_comes_back_with_it(wang, li, early, roster):
    make_shift(roster, "2094-03-01 09:00", "2094-03-01 11:00", li)
    body = {"shift": str(early.pk), "taker": str(li.pk), "reason": "x"}
    answer = send(wang, "duty_swap", body)
    assert answer.status_code == 422
    assert "同时" in answer.json()["reason"]


def test_notes_and_matters(wang, running):
    send(wang, "duty_note", {"shift": str(running.pk), "text": "正常", "open": False})
    send(wang, "duty_note", {"shift": str(running.pk), "text": "灯坏了", "open": True})
    assert running.notes.get().text == "正常"
    assert DutyMatter.objects.get().text == "灯坏了"


def test_sick_call_keeps_its_moment_and_tells_who_plans(wang, director, running):
    running.starts_at -= dt.timedelta(hours=4)
    running.ends_at = timezone.now() - dt.timedelta(minutes=30)
    running.save()
    made = running.ends_at - dt.timedelta(hours=1)  # pressed while it ran, sent when it was over
    answer = send(wang, "duty_sick", {"shift": str(running.pk), "at": made.isoformat()})
    assert answer.status_code == 201, answer.content.decode()
    assert Shift.objects.get(pk=running.pk).user is None
    change = ShiftChange.objects.get()
    assert (change.kind, change.giver, change.reason) == ("sick", wang, "因病不能到岗")
    notice = Notice.objects.get(recipient=director)
    assert (notice.url, "到得晚" in notice.text) == (f"/duty/shifts/{running.pk}/", True)


def test_sick_call_comes_once(wang, running):
    key, body = uuid4(), {"shift": str(running.pk), "at": timezone.now().isoformat()}
    first, again = send(wang, "duty_sick", body, key), send(wang, "duty_sick", body, key)
    assert (first.status_code, first.content) == (201, again.content)
    assert ShiftChange.objects.count() == 1
    assert send(wang, "duty_sick", body).status_code == 404  # it is nobody's now


def test_sick_call_for_what_is_over_or_somebody_elses_is_refused(wang, li, running):
    body = {"shift": str(running.pk), "at": (running.ends_at).isoformat()}
    assert send(li, "duty_sick", body).status_code == 404
    Shift.objects.update(starts_at=timezone.now() - dt.timedelta(hours=9),
                         ends_at=timezone.now() - dt.timedelta(hours=1))  # fmt: skip
    answer = send(wang, "duty_sick", body | {"at": timezone.now().isoformat()})
    assert (answer.status_code, "已经结束" in answer.json()["reason"]) == (422, True)
    assert Shift.objects.get(pk=running.pk).user == wang


def test_a_matter_is_closed_from_the_phone(wang, li, running):
    matter = DutyMatter.objects.create(community=running.community, shift=running, text="灯坏了")
    assert day(li)["duty"]["matters"] == [{"id": str(matter.pk), "text": "灯坏了"}]
    body = {"matter": str(matter.pk), "note": "已换灯泡"}
    assert send(li, "duty_close", body).status_code == 201
    matter.refresh_from_db()
    assert (matter.closed_by, matter.closed_note) == (li, "已换灯泡")
    assert send(wang, "duty_close", body | {"note": ""}).status_code == 201
    assert send(wang, "duty_close", body).status_code == 422  # words are never dropped in silence
    matter.refresh_from_db()
    assert matter.closed_by == li


def test_another_committees_matter_is_not_closed(wang, other_community, running):
    far = make_shift(make_roster(other_community, "2094-03-01"), "2094-03-01 08:00",
                     "2094-03-01 12:00")  # fmt: skip
    matter = DutyMatter.objects.create(community=other_community, shift=far, text="x")
    assert send(wang, "duty_close", {"matter": str(matter.pk), "note": ""}).status_code == 404


def test_telephones_are_kept_of_those_who_come_soon(wang, li, director, running):
    for user in (li, director):
        user.work_phone = "0476-8880001"
        user.save()
    later = [make_shift(running.roster, "2094-03-05 08:00", "2094-03-05 12:00", li)
             for _ in range(2)]  # fmt: skip
    for row, hours in zip(later, (35, 37), strict=True):
        row.starts_at = timezone.now() + dt.timedelta(hours=hours)
        row.ends_at = row.starts_at + dt.timedelta(hours=4)
        row.save()
    duty = day(wang)["duty"]
    assert [one["phone"] for one in duty["others"]] == ["0476-8880001", ""]
    assert duty["heads"] == [{"name": director.name, "phone": "0476-8880001"}]
