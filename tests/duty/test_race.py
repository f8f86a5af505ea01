"""Several people press at once, on real transactions: one effect, the others are told in words."""

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.audit import verify_logs
from portal.core.errors import DomainError
from portal.core.models import ChangeLog, Notice, Submission
from portal.duty.actions.changes import swap_answer, swap_approve, swap_ask
from portal.duty.actions.rosters import FROZEN, roster_publish, shift_set
from portal.duty.actions.setup import duty_rules_set
from portal.duty.models import Roster, Shift
from tests.duty.rows import make_member, make_shift
from tests.people import client_of, make_user
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(roster, early, late):
    Roster.objects.update(state="draft")
    roster.refresh_from_db()
    return roster


def publishing(by, draft):
    return lambda: roster_publish(by=by, roster=draft, version=draft.version)


def words_of(results):
    """What those who were refused are told; any other error fails."""
    refused = [one for one in results if isinstance(one, Exception)]
    assert {type(error) for error in refused} <= {DomainError}
    return [error.message for error in refused]


def test_a_draft_that_many_publish_at_once_is_published_once(draft, director, clerk, wang, li):
    results = at_once(*[publishing(by, draft) for by in (director, clerk) * 3])
    assert words_of(results) == [FROZEN] * 5
    draft.refresh_from_db()
    assert (draft.state, draft.version) == ("published", 2)
    notices = Notice.objects.filter(key=f"duty_published:{draft.pk}")
    assert sorted(notices.values_list("recipient__username", flat=True)) == ["li", "wang"]
    assert ChangeLog.objects.filter(action="roster_publish", after__has_key="state").count() == 1
    assert verify_logs() == []


def test_a_page_that_published_too_late_says_so(draft, director, clerk):
    url, data = reverse("duty:roster_publish", args=[draft.pk]), {"version": draft.version}
    clients = [client_of(user) for user in (director, clerk) * 2]
    answers = at_once(*[lambda c=c: c.post(url, data, follow=True) for c in clients])
    assert [answer.status_code for answer in answers] == [200] * 4
    pages = [answer.content.decode() for answer in answers]
    assert sum(f"{draft}已发布。" in page for page in pages) == 1
    assert sum(FROZEN in page for page in pages) == 3


def test_a_move_and_the_publication_do_not_pass_each_other(draft, director, clerk, early, li):
    """Either the month was published with the move, or the move found it frozen."""
    moved, published = at_once(
        lambda: shift_set(by=clerk, shift=early, version=early.version, user=li),
        publishing(director, draft),
    )
    assert isinstance(published, Roster)
    told = set(Notice.objects.filter(key=f"duty_published:{draft.pk}").values_list(
        "recipient__username", flat=True))  # fmt: skip
    assert told == ({"li"} if isinstance(moved, Shift) else {"li", "wang"})
    assert words_of([moved]) in ([], [FROZEN])


def test_one_answer_counts_when_a_swap_is_confirmed_twice_at_once(wang, li, early, late):
    change = swap_ask(by=wang, shift=early, taker=li, other_shift=late, reason="家里有事")
    results = at_once(*[lambda: swap_answer(by=li, change=change, agrees=True)] * 4)
    assert words_of(results) == ["这个申请已经办完。"] * 3
    assert list(Shift.objects.order_by("on").values_list("user__username", "version")) == [
        ("li", 2), ("wang", 2),
    ]  # fmt: skip
    assert Notice.objects.filter(recipient=wang, key=f"duty_change:{change.pk}:done").count() == 1


def test_two_swaps_of_one_persons_time_are_not_both_confirmed(wang, li, roster, early):
    """李 takes 王's shift at one desk and another at the same hours at the next."""
    third = make_user("clerk", roster.community, username="third")
    make_member(roster.community, third)
    same = make_shift(roster, "2094-03-01 08:00", "2094-03-01 12:00", third)
    asked = [swap_ask(by=row.user, shift=row, taker=li, reason="x") for row in (early, same)]
    results = at_once(*[lambda c=c: swap_answer(by=li, change=c, agrees=True) for c in asked])
    (words,) = words_of(results)
    assert "同时" in words
    assert Shift.objects.filter(user=li).count() == 1


def test_two_directors_decide_at_once(wang, li, director, community, early, late):
    duty_rules_set(by=director, community_id=community.pk, version=1,
                   values={"is_swap_approved": True})  # fmt: skip
    change = swap_ask(by=wang, shift=early, taker=li, other_shift=late, reason="家里有事")
    swap_answer(by=li, change=change, agrees=True)
    second = make_user("director", community)
    results = at_once(
        lambda: swap_approve(by=director, change=change, agrees=True),
        lambda: swap_approve(by=second, change=change, agrees=False),
    )
    assert words_of(results) == ["这个申请已经办完。"]
    change.refresh_from_db()
    swapped = Shift.objects.get(pk=early.pk).user == li
    assert (change.state, swapped) in (("done", True), ("refused", False))


def check_in(user, shift):
    """The record as the phone keeps it."""
    now = timezone.now().isoformat()
    body = json.dumps({"shift": str(shift.pk), "at": now})
    return {"key": str(uuid4()), "kind": "duty_checkin", "user": str(user.pk), "body": body,
            "made_at": now, "sent_at": now}  # fmt: skip


def sent(user, *records):
    """The answers to records that arrive together."""
    clients, url = [client_of(user) for _ in records], reverse("phone:record_submit")
    return at_once(*[
        lambda c=c, r=r: c.post(url, json.dumps(r), content_type="application/json")
        for c, r in zip(clients, records, strict=True)
    ])  # fmt: skip


@pytest.fixture
def running(early):
    """王's shift, under way."""
    begun = timezone.now() - dt.timedelta(minutes=5)
    Shift.objects.filter(pk=early.pk).update(starts_at=begun, ends_at=begun + dt.timedelta(hours=4))
    return early


def test_a_check_in_that_comes_twice_at_once_is_one(wang, running):
    answers = sent(wang, *[check_in(wang, running)] * 4)
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert (Submission.objects.count(), entered(running)) == (1, 1)


def test_check_ins_from_two_phones_at_once_leave_one_moment(wang, running):
    """Each is a record of its own; both are told the moment that stands."""
    answers = sent(wang, *[check_in(wang, running) for _ in range(3)])
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["checked_in_at"] for answer in answers}) == 1
    assert entered(running) == 1


def entered(shift) -> int:
    """How often the log says that somebody came on this shift."""
    return ChangeLog.objects.filter(row=shift.pk, action="shift_check_in",
                                    after__has_key="checked_in_at").count()  # fmt: skip
