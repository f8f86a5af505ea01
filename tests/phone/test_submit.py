"""What phones send is carried out once; what is refused is kept and can be reached."""

import datetime as dt
import threading

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.core import submissions
from portal.core.ids import new_id
from portal.core.models import AccessLog, ChangeLog, Notice, Submission
from tests.grids.incidents import make_asset
from tests.people import client_of, make_community, make_membership, make_user
from tests.phone.rooms import body, envelope, note_submit, post, register, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rooms(monkeypatch):
    register(monkeypatch)


@pytest.fixture
def leader(leader_a):
    return client_of(leader_a)


def bytes_of(answer):
    return answer.status_code, answer.content


# --- Once


def test_a_repetition_gets_the_first_answer_byte_for_byte(leader):
    sent = envelope()
    first = post(leader, sent)
    assert first.status_code == 201
    assert orjson.loads(first.content)["id"] == sent["key"]
    later = sent | {"sent_at": (timezone.now() + dt.timedelta(hours=1)).isoformat()}
    assert {bytes_of(post(leader, later)) for _ in range(50)} == {bytes_of(first)}
    assert (written().count(), Submission.objects.count()) == (1, 1)


def test_another_body_is_told_apart_every_time_and_both_are_kept(leader, director):
    sent = envelope()
    post(leader, sent)
    other = sent | {"body": body(more="x")}
    answers = [post(leader, other) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409] * 3
    assert written().count() == 1
    kept = Submission.objects.visible_to(director)
    assert sorted(kept.values_list("state", "status")) == [("accepted", 201), ("refused", 409)]
    assert submissions.body_of(kept.get(status=409)) == {"do": "write", "more": "x"}
    assert post(leader, sent).status_code == 201


def test_two_people_may_use_one_key(leader, leader_b):
    sent = envelope()
    assert post(leader, sent).status_code == 201
    assert post(client_of(leader_b), sent).status_code == 201
    assert written().count() == 2


def test_a_record_of_another_account_is_not_taken(leader, leader_b):
    answer = post(leader, envelope(user=str(leader_b.pk)))
    assert answer.status_code == 401
    assert (written().count(), Submission.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("text", "status"), [(body(), 201), (body("refuse"), 422)])
def test_parallel_repetitions_are_one(leader_a, director, text, status):
    sent, answers = envelope(text=text), []
    start = threading.Barrier(6)

    def send():
        client = client_of(leader_a)
        start.wait()
        answers.append(bytes_of(post(client, sent)))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert answers[0][0] == status
    assert Submission.objects.count() == 1
    assert written().count() == (status == 201)
    assert Notice.objects.count() == (status == 422)


def test_a_crash_leaves_nothing_and_may_be_sent_again(leader, monkeypatch):
    sent = envelope(text=body("crash"))
    leader.raise_request_exception = False
    assert post(leader, sent).status_code == 500
    assert Submission.objects.count() == 0
    register(monkeypatch, lambda *args: {"id": "x"})
    assert post(leader, sent).status_code == 201


# --- Refused


@pytest.mark.parametrize(("do", "status"), [("refuse", 422), ("forbid", 403)])
def test_a_refusal_says_why(leader, do, status):
    answer = post(leader, envelope(text=body(do)))
    assert answer.status_code == status
    told = orjson.loads(answer.content)
    assert told["ok"] is False
    assert told["reason"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"no": 1}', "\x00", '"x"', "1e999"])
def test_a_damaged_body_is_kept_too(leader, director, text):
    assert post(leader, envelope(text=text)).status_code == 422
    row = Submission.objects.visible_to(director).get()
    assert row.reason == submissions.DAMAGED
    assert submissions._body(row).decode() == text


def test_a_refusal_is_sealed_kept_and_answered_alike(leader, director):
    sent = envelope(text=body("refuse", note="心脏病"))
    first, again = post(leader, sent), post(leader, sent)
    assert bytes_of(first) == bytes_of(again)
    row = Submission.objects.visible_to(director).get()
    assert "心脏病".encode() not in bytes(row.sealed)
    assert submissions.body_of(row)["note"] == "心脏病"
    logged = ChangeLog.objects.get(action="submission_refuse")
    assert "搬走" not in str(logged.after)


def test_a_refusal_reaches_supervisors_also_after_the_post_has_ended(community, cell_a, director):
    gone = make_user()
    ended = timezone.localdate() - dt.timedelta(days=1)
    make_membership(gone, "leader", community, [cell_a], to_on=ended)
    assert post(client_of(gone), envelope(text=body("forbid"))).status_code == 403
    assert Submission.objects.visible_to(director).count() == 1
    assert [name for name, _ in told()] == [director.username]


def test_a_refusal_goes_to_the_community_it_was_written_for(
    community, other_community, leader_a, director
):
    """The leader works in two and looks at the other one by now; of a third nobody is told."""
    make_membership(leader_a, "clerk", other_community)
    chief = make_user("director", other_community)
    third = make_community("150399003001", "河东")
    client = client_of(leader_a)
    client.post("/tenant/", {"tenant": str(other_community.pk)})
    for place in (community, other_community, third):
        sent = envelope(text=body("refuse"), community=str(place.pk))
        assert post(client, sent).status_code == 422
    assert Submission.objects.visible_to(director).count() == 1
    assert Submission.objects.visible_to(chief).count() == 2
    assert Notice.objects.filter(recipient=director).count() == 1


def test_too_many_refusals_of_one_person_wait_on_the_phone(leader, monkeypatch):
    monkeypatch.setattr(submissions, "OPEN_LIMIT", 2)
    answers = [post(leader, envelope(text=body("refuse"))).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
    assert Submission.objects.count() == 2


# --- Telling those who can settle it


def told():
    return sorted(Notice.objects.values_list("recipient__username", "text"))


def test_a_refusal_is_told_once_to_each_who_can_settle_it(
    leader, director, clerk, guard, street, party_clerk, leader_b
):
    make_user("director", make_community("150399001002", "别处"))
    sent = envelope(text=body("refuse", note="心脏病"))
    for _ in range(3):
        post(leader, sent)
    row = Submission.objects.get()
    words = "有一条手机记录没有收下，请处理。"
    assert told() == sorted([(director.username, words), (clerk.username, words)])
    assert {n.key for n in Notice.objects.all()} == {f"submission:{row.pk}"}
    assert client_of(clerk).get(Notice.objects.first().url).status_code == 200
    client_of(director).post(f"/submissions/{row.pk}/repeat/")
    assert len(told()) == 2


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("visit", "有一条手机走访记录没有收下，请处理。"),
        ("incident", "有一条手机事件记录没有收下，请处理。"),
        ("from_later", "有一条手机记录没有收下，请处理。"),
    ],
)
def test_a_notice_says_what_kind_of_record_it_is(leader, director, kind, words):
    post(leader, envelope(kind=kind, text=body("refuse")))
    assert told() == [(director.username, words)]


def test_another_body_is_told_once_and_what_is_taken_never(leader, director):
    sent = envelope()
    post(leader, sent)
    assert told() == []
    for _ in range(3):
        post(leader, sent | {"body": body(more="x")})
    assert len(told()) == 1


def test_a_refusal_that_cannot_be_told_is_not_kept_either(leader_a):
    """The phone keeps it and comes again."""

    def fail(row):
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        submissions.submit(leader_a, new_id(), "note", body("refuse").encode(),
                           submissions.moments_of(timezone.now()), tell=fail)  # fmt: skip
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(("do", "status"), [("write", 201), ("refuse", 422), ("forbid", 403)])
def test_every_answer_names_the_record(leader, do, status):
    """Also those that were stored before answers did."""
    sent = envelope(text=body(do))
    post(leader, sent)
    assert "key" not in orjson.loads(Submission.objects.get().answer)
    again = post(leader, sent)
    assert (again.status_code, orjson.loads(again.content)["key"]) == (status, sent["key"])
    other = post(leader, sent | {"body": body(more="x")})
    assert (other.status_code, orjson.loads(other.content)["key"]) == (409, sent["key"])


# --- At the desk


@pytest.fixture
def refused(leader):
    sent = envelope(text=body("refuse", note="心脏病"))
    post(leader, sent)
    return sent


def test_submission_list_shows_what_waits(refused, director):
    page = client_of(director).get("/submissions/").content.decode()
    assert "李网格" in page
    assert "这一户已经搬走" in page
    assert "心脏病" not in page


def test_submission_show_tells_what_was_written_and_logs_the_look(refused, director):
    row = Submission.objects.get()
    page = client_of(director).get(f"/submissions/{row.pk}/").content.decode()
    assert "心脏病" in page
    assert AccessLog.objects.get(action="submission_view").row == row.pk


def test_submission_show_names_the_asset_that_was_reported(leader, community, director):
    lamp = make_asset(community, "东侧路灯")
    post(leader, envelope(text=body("refuse", asset=str(lamp.pk))))
    row = Submission.objects.get()
    assert "东侧路灯" in client_of(director).get(f"/submissions/{row.pk}/").content.decode()


def test_submission_settle_tells_the_phone(refused, leader, director):
    row = Submission.objects.get()
    desk = client_of(director)
    desk.post(f"/submissions/{row.pk}/settle/", {"note": "  "})
    assert Submission.objects.get().state == "refused"
    desk.post(f"/submissions/{row.pk}/settle/", {"note": "已电话核实"})
    answer = post(leader, refused)
    assert answer.status_code == 200
    told = {"ok": True, "settled": True, "note": "已电话核实", "key": refused["key"]}
    assert orjson.loads(answer.content) == told
    assert written().count() == 0


def test_submission_repeat_carries_it_out_in_the_senders_name(
    refused, leader, leader_a, director, monkeypatch
):
    row = Submission.objects.get()
    desk = client_of(director)
    page = desk.post(f"/submissions/{row.pk}/repeat/", follow=True).content.decode()
    assert "这一户已经搬走" in page
    assert Submission.objects.get().state == "refused"
    register(monkeypatch, lambda by, key, values, m: note_submit(by, key, {"do": "w"}, m))
    desk.post(f"/submissions/{row.pk}/repeat/")
    assert written().get().owner == leader_a
    assert post(leader, refused).status_code == 201
    desk.post(f"/submissions/{row.pk}/repeat/")
    assert written().count() == 1


def test_what_was_dealt_with_stays_in_sight(refused, leader, director, monkeypatch):
    """Settled or carried out; what was taken at once is nobody's business here."""
    post(leader, envelope())
    post(leader, envelope(text=body("refuse", note="二")))
    first, second = Submission.objects.exclude(reason="").order_by("received_at")
    desk = client_of(director)
    desk.post(f"/submissions/{second.pk}/settle/", {"note": "已电话核实"})
    register(monkeypatch, lambda by, key, values, m: note_submit(by, key, {"do": "w"}, m))
    desk.post(f"/submissions/{first.pk}/repeat/")
    page = desk.get("/submissions/?state=settled")
    assert [row.pk for row in page.context["page"]] == [first.pk, second.pk]
    html = page.content.decode()
    assert html.index("已按原记录办理") < html.index("已电话核实")
    assert html.count(director.name) >= 2
    assert not desk.get("/submissions/").context["page"].object_list


# --- Clocks


@pytest.mark.parametrize("days", [-20000, -365, -30, -1, 0, 1, 30, 365, 30000])
def test_a_wrong_clock_is_corrected_and_never_refused(leader, days):
    """Made two hours before it is sent, by a clock that is days off."""
    off = dt.timedelta(days=days)
    now = timezone.now()
    made = now - dt.timedelta(hours=2)
    answer = post(leader, envelope(made_at=(made + off).isoformat(),
                                   sent_at=(now + off).isoformat()))  # fmt: skip
    assert answer.status_code == 201
    row = Submission.objects.get()
    assert row.made_at == made + off
    told = dt.datetime.fromisoformat(orjson.loads(answer.content)["made"])
    if abs(days) <= 365:
        assert abs(told - made) < dt.timedelta(seconds=5)
        assert abs(row.clock_off - days * 86400) < 5
    assert told <= row.received_at


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-11:00",
                                    "2026-11-22T10:00:00"])  # fmt: skip
def test_moments_that_no_database_holds_are_no_reason_to_refuse(leader, moment):
    assert post(leader, envelope(made_at=moment, sent_at=moment)).status_code == 201


def test_order_by_true_moments_is_the_order_of_what_was_done(leader):
    """Three records of one phone, a month ahead, zone changed in between."""
    now, off = timezone.now(), dt.timedelta(days=30)
    zones = [dt.timezone(dt.timedelta(hours=h)) for h in (8, 9, -5)]
    for minutes, zone in zip((30, 20, 10), zones, strict=True):
        made = (now - dt.timedelta(minutes=minutes) + off).astimezone(zone)
        post(leader, envelope(made_at=made.isoformat(), sent_at=(now + off).isoformat()))
    true = [submissions.Moments(r.made_at, r.received_at, r.clock_off).true(r.made_at)
            for r in Submission.objects.order_by("received_at")]  # fmt: skip
    assert true == sorted(true)
    assert all(abs(now - t) < dt.timedelta(hours=1) for t in true)


# --- At the door


def test_signed_out_is_told_in_json(db):
    for path in ("/m/me.json", "/m/day.json", f"/m/files/{new_id()}/"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/json"), path
        assert orjson.loads(answer.content)["ok"] is False
    assert post(Client(), envelope()).status_code == 401


def test_a_stale_token_is_no_refusal(leader_a):
    client = Client(enforce_csrf_checks=True)
    client.force_login(leader_a)
    answer = post(client, envelope())
    assert answer.status_code == 403
    assert orjson.loads(answer.content)["again"] is True
    token = orjson.loads(client.get("/m/me.json").content)["csrf"]
    assert post(client, envelope(), **{"X-CSRFToken": token}).status_code == 201


def test_of_two_answers_at_once_only_one_brings_a_token(leader_a, settings):
    for path, brings in (("/m/day.json", False), ("/m/me.json", True)):
        client = Client()
        client.force_login(leader_a)
        answer = client.get(path)
        assert answer.status_code == 200
        assert (settings.CSRF_COOKIE_NAME in answer.cookies) == brings, path


def test_a_page_still_gets_a_page_for_a_stale_token(leader_a):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/sign-out/")
    assert answer.status_code == 403
    assert "<html" in answer.content.decode()


def test_a_record_that_is_too_long_is_not_read(leader):
    answer = post(leader, envelope(text=body(note="长" * 30_000)))
    assert answer.status_code == 413
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("sent", [{}, [], "x", {"key": "1"}, {**envelope(), "body": {}},
                                  {**envelope(), "made_at": "yesterday"},
                                  {**envelope(), "kind": "\x00"},
                                  {**envelope(), "kind": "no such"}])  # fmt: skip
def test_what_is_no_record_is_answered_in_json(leader, sent):
    answer = post(leader, sent)
    assert answer.status_code == 400
    assert orjson.loads(answer.content)["reason"]


def test_a_disabled_person_is_told_to_drop_the_list(leader_a):
    header = {"X-User": str(leader_a.pk)}
    assert orjson.loads(Client().get("/m/me.json", headers=header).content)["wipe"] is False
    type(leader_a).objects.filter(pk=leader_a.pk).update(is_active=False)
    assert orjson.loads(Client().get("/m/me.json", headers=header).content)["wipe"] is True
    assert orjson.loads(Client().get("/m/me.json", headers={"X-User": "x"}).content)["ok"] is False
