"""Visits as phones send them: once each, with the true time, refused in words."""

import datetime as dt
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from portal.accounts.access import access_rebuild
from portal.core.errors import DomainError, OutOfScope
from portal.core.ids import new_id
from portal.core.models import Submission
from portal.core.submissions import body_of, moments_of, submission_repeat, submit
from residents.models import Household, Visit, VisitFinding
from tests.people import client_of, make_building, make_dwelling, make_household
from tests.residents.visiting import make_task

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def record(home, *members, ended=None, **more):
    """A visit of four minutes as the phone's JSON."""
    ended = ended or timezone.now() - MINUTE
    return {
        "id": str(new_id()), "household": str(home.pk), "way": "door", "outcome": "met",
        "started_at": (ended - 4 * MINUTE).isoformat(), "ended_at": ended.isoformat(),
        "answers": [{"resident": str(m.pk), "state": "same"} for m in members],
        "findings": [], "note": "", "corrects": None,
    } | more  # fmt: skip


def send(by, body, key=None, off=dt.timedelta()):
    now = timezone.now()
    moments = moments_of(now + off - MINUTE, now + off)
    return submit(by, key or new_id(), "visit", orjson.dumps(body), moments)


def told(answer):
    return answer.status, orjson.loads(answer.text)


def test_visit_submit_answers_with_what_became_of_it(leader_a, home, head, child):
    make_task(home)
    found = {"id": str(new_id()), "resident": str(head.pk), "kind": "phone", "value": "13900001111",
             "version": 1}  # fmt: skip
    body = record(home, head, child, findings=[found], note="一切都好")
    status, answer = told(send(leader_a, body))
    assert (status, answer["ok"], answer["id"], answer["tasks_done"]) == (201, True, body["id"], 1)
    assert answer["findings"] == [
        {"id": found["id"], "kind": "phone", "state": "applied", "note": "电话已更新。"}
    ]


def test_visit_submit_is_carried_out_once(leader_a, home, head):
    body, key = record(home, head), new_id()
    first, again = send(leader_a, body, key), send(leader_a, body, key)
    assert first == again
    assert Visit.objects.count() == 1
    assert send(leader_a, body | {"note": "x"}, key).status == 409
    status, answer = told(send(leader_a, body))  # the same visit under another key
    assert (status, answer["reason"]) == (422, "这次走访已经收到过，不用再报。")


@pytest.mark.parametrize("off", [dt.timedelta(days=365), -dt.timedelta(days=365), 3 * MINUTE])
def test_visit_submit_corrects_the_moments_and_the_day_by_the_clocks_offset(leader_a, home, off):
    true = timezone.now() - dt.timedelta(hours=30)
    assert send(leader_a, record(home, ended=true + off), off=off).status == 201
    visit = Visit.objects.get()
    assert abs(visit.ended_at - true) < 2 * MINUTE
    assert visit.visited_on == timezone.localdate(visit.started_at)
    assert timezone.localdate(true - 5 * MINUTE) <= visit.visited_on <= timezone.localdate(true)


@pytest.mark.parametrize(
    "ended", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2199-01-01T00:00:00+08:00"]
)
def test_visit_submit_takes_a_record_however_wrong_the_clock_was(leader_a, home, ended):
    before = timezone.now()
    body = record(home, started_at=ended, ended_at=ended)
    assert send(leader_a, body, off=dt.timedelta(days=3)).status == 201
    assert Visit.objects.get().ended_at >= before


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"way": "drone"}, "way", "请选择走访方式。"),
        ({"outcome": ""}, "outcome", "请选择走访结果。"),
        ({"started_at": None}, "started_at", "记录里没有走访的起止时间。"),
        ({"started_at": "2026-13-01"}, "started_at", "记录里没有走访的起止时间。"),
        ({"id": "7"}, "id", "记录里的编号不对，请更新手机页面后重报。"),
        ({"answers": "x"}, "answers", "记录的内容不对，请更新手机页面后重报。"),
        ({"answers": [{"resident": None}]}, "answers", "记录里的编号不对，请更新手机页面后重报。"),
        ({"findings": [{"kind": "robbed"}]}, "findings",
         "变化的种类不对，请更新手机页面后再试。"),
        ({"note": "x" * 1001}, "note", "内容太长，最多 1000 字。"),
        ({"note": 7}, "note", "记录的内容不对，请更新手机页面后重报。"),
    ],
)  # fmt: skip
def test_visit_submit_says_what_is_wrong_and_keeps_the_record(leader_a, home, more, field, reason):
    body = record(home, **more)
    status, answer = told(send(leader_a, body))
    assert (status, answer) == (422, {"ok": False, "reason": reason, "field": field})
    assert Visit.objects.count() == VisitFinding.objects.count() == 0
    assert body_of(Submission.objects.get()) == body


def test_visit_submit_for_another_cell_is_like_a_missing_household(leader_b, home):
    foreign = told(send(leader_b, record(home)))
    missing = told(send(leader_b, record(home, household=str(uuid4()))))
    assert foreign == missing
    assert foreign[0] == 404
    assert Visit.objects.count() == 0


def test_visit_submit_stores_words_of_any_kind(leader_a, home, head):
    words = "𠮷=1+1‮\x00<script>"
    found = {"resident": str(head.pk), "kind": "other", "value": words}
    assert send(leader_a, record(home, note=words, findings=[found])).status == 201
    assert Visit.objects.get().note == words.replace("\x00", "")
    assert VisitFinding.objects.get().value == words.replace("\x00", "")


# --- Carried out at a desk


def refuse(by, body, made_at):
    """Sent today, made then; the kept record."""
    moments = moments_of(made_at)
    answer = submit(by, new_id(), "visit", orjson.dumps(body), moments, cell_of(by).community_id)
    assert answer.status in (403, 404)
    return Submission.objects.get(owner=by)


def cell_of(by):
    return by.memberships.get().cells.get()


def end_post(by, days):
    by.memberships.update(to_on=timezone.localdate() - days * DAY)
    access_rebuild(by)
    return type(by).objects.get(pk=by.pk)


def test_a_visit_made_in_a_post_that_has_ended_is_carried_out_in_its_makers_name(
    leader_a, director, home, head
):
    made = timezone.now() - 3 * DAY
    gone = end_post(leader_a, 2)
    row = refuse(gone, record(home, head, ended=made), made)
    submission_repeat(by=director, row=row)
    visit = Visit.objects.get()
    assert (visit.by, visit.visited_on) == (leader_a, timezone.localdate(visit.started_at))
    assert not Household.objects.visible_to(gone).exists()


def test_a_visit_made_after_the_post_is_never_carried_out(leader_a, director, home, head):
    made = timezone.now() - DAY
    row = refuse(end_post(leader_a, 2), record(home, head, ended=made), made)
    with pytest.raises(DomainError, match="没有在这里任职"):
        submission_repeat(by=director, row=row)
    assert not Visit.objects.exists()
    assert Submission.objects.get().state == "refused"


def test_a_closed_account_does_not_undo_its_visits(leader_a, director, home, head):
    made = timezone.now() - 3 * DAY
    gone = end_post(leader_a, 2)
    row = refuse(gone, record(home, head, ended=made), made)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    submission_repeat(by=director, row=Submission.objects.get(pk=row.pk))
    assert Visit.objects.get().by == leader_a


def test_a_visit_to_a_household_that_another_cell_has_now(leader_a, director, home, head, cell_b):
    Household.objects.filter(pk=home.pk).update(cell=cell_b)
    row = refuse(leader_a, record(home, head), timezone.now() - MINUTE)
    submission_repeat(by=director, row=row)
    visit = Visit.objects.get()
    assert (visit.by, visit.cell) == (leader_a, cell_b)
    fresh = type(leader_a).objects.get(pk=leader_a.pk)
    assert not Household.objects.visible_to(fresh).filter(pk=home.pk).exists()


def test_a_post_that_was_given_back_counts_too(leader_a, director, home, head):
    made = timezone.now() - 3 * DAY
    row = refuse(end_post(leader_a, 9), record(home, head, ended=made), made)
    leader_a.memberships.update(from_on=timezone.localdate(), to_on=None)
    access_rebuild(leader_a)
    submission_repeat(by=director, row=Submission.objects.get(pk=row.pk))
    assert Visit.objects.get().by == leader_a


def test_no_desk_carries_out_a_visit_of_another_community(
    leader_a, director, community, other_community
):
    far = make_household(make_dwelling(make_building(other_community, "9")))
    row = refuse(leader_a, record(far), timezone.now() - MINUTE)
    with pytest.raises(OutOfScope):
        submission_repeat(by=director, row=row)
    assert not Visit.objects.exists()


def test_the_desk_reads_where_the_sender_worked_that_day(leader_a, director, home, head, cell_b):
    Household.objects.filter(pk=home.pk).update(cell=cell_b)
    made = timezone.now() - 3 * DAY
    row = refuse(end_post(leader_a, 2), record(home, head, ended=made), made)
    page = client_of(director).get(f"/submissions/{row.pk}/").content.decode()
    until = timezone.localdate() - 2 * DAY
    assert f"网格长 第1网格，至 {until:%Y-%m-%d}" in page
    assert "（现在第2网格）" in page
