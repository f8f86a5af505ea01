"""Swaps, replacements, sick calls: who gets what, under which rules, once."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog, Notice, Outgoing
from portal.core.outbox import message_queue
from portal.duty.actions.changes import (
    ALONE,
    change_cancel,
    shift_replace,
    shift_sick,
    swap_answer,
    swap_approve,
    swap_ask,
)
from portal.duty.actions.setup import duty_rules_set
from portal.duty.models import DutyMember, Leave, Shift, ShiftChange
from tests.duty.rows import make_member, make_shift, make_template
from tests.people import client_of, make_user

pytestmark = pytest.mark.django_db


def ask(wang, li, early, late=None):
    return swap_ask(by=wang, shift=early, taker=li, other_shift=late, reason="家里有事")


def keeper(shift):
    return Shift.objects.get(pk=shift.pk).user


def told(user):
    return list(Notice.objects.filter(recipient=user).values_list("text", flat=True))


def test_swap_ask_then_agreed_exchanges_both_and_their_totals(wang, li, early, late):
    change = swap_answer(by=li, change=ask(wang, li, early, late), agrees=True)
    assert (change.state, keeper(early), keeper(late)) == ("done", li, wang)
    assert {key: one["shifts"] for key, one in change.totals.items()} == {
        str(wang.pk): 1, str(li.pk): 1,
    }  # fmt: skip
    assert any("调班" in text for text in told(li))
    assert any("已生效" in text for text in told(wang))


def test_totals_of_both_change_when_one_steps_in(wang, li, early, late):
    change = swap_answer(by=li, change=ask(wang, li, early), agrees=True)
    assert {key: (one["shifts"], one["hours"]) for key, one in change.totals.items()} == {
        str(wang.pk): (0, 0.0), str(li.pk): (2, 8.0),
    }  # fmt: skip
    assert keeper(early) == li


def test_swap_refused_leaves_all(wang, li, early, late):
    change = swap_answer(by=li, change=ask(wang, li, early, late), agrees=False)
    assert (change.state, keeper(early), keeper(late)) == ("refused", wang, li)


def test_only_the_one_who_was_asked_answers(wang, li, director, early):
    change = ask(wang, li, early)
    for other in (wang, director):
        with pytest.raises(OutOfScope):
            swap_answer(by=other, change=change, agrees=True)


def test_only_ones_own_shift_is_offered(wang, li, early, late):
    with pytest.raises(OutOfScope):
        ask(wang, li, late)


def test_director_decides_where_the_rules_want_it(wang, li, director, clerk, early, late):
    duty_rules_set(by=director, community_id=early.community_id, version=1,
                   values={"is_swap_approved": True})  # fmt: skip
    change = swap_answer(by=li, change=ask(wang, li, early, late), agrees=True)
    assert (change.state, keeper(early)) == ("accepted", wang)
    assert any("请审批" in text for text in told(director))
    with pytest.raises(NotAllowed):
        swap_approve(by=clerk, change=change, agrees=True)
    assert swap_approve(by=director, change=change, agrees=True).decided_by == director
    assert keeper(early) == li


@pytest.fixture
def approved(director, community):
    """Swaps wait for a director, who keeps duty too."""
    make_member(community, director)
    duty_rules_set(by=director, community_id=community.pk, version=1,
                   values={"is_swap_approved": True})  # fmt: skip


def accepted(director, li, early):
    Shift.objects.filter(pk=early.pk).update(user=director)
    early.refresh_from_db()
    return swap_answer(by=li, change=ask(director, li, early), agrees=True)


def test_a_directors_own_swap_is_approved_by_another(approved, director, li, community, early):
    other = make_user("director", community, name="第二主任")
    change = accepted(director, li, early)
    assert [text for text in told(director) if "请审批" in text] == []
    with pytest.raises(DomainError, match="请由第二主任批准"):
        swap_approve(by=director, change=change, agrees=True)
    assert keeper(early) == director
    assert swap_approve(by=other, change=change, agrees=True).decided_by == other
    assert keeper(early) == li
    logged = ChangeLog.objects.filter(action="swap_approve", model="duty.shiftchange").get()
    assert logged.reason == ""


@pytest.mark.parametrize("agrees", [True, False])
def test_the_only_director_decides_alone_and_the_log_says_so(
    approved, director, li, other_community, early, agrees
):
    make_user("director", other_community)  # may approve nothing here
    change = accepted(director, li, early)
    assert any("请审批" in text for text in told(director))
    assert "没有别人可以批准" in client_of(director).get("/duty/mine/").content.decode()
    swap_approve(by=director, change=change, agrees=agrees)
    assert keeper(early) == (li if agrees else director)
    logged = ChangeLog.objects.filter(action="swap_approve", model="duty.shiftchange").get()
    assert logged.reason == ALONE


def press(user, change, name="swap_answer"):
    """What the page says after 同意 or 批准."""
    url = reverse(f"duty:{name}", args=[change.pk])
    return client_of(user).post(url, {"yes": "1"}, follow=True).content.decode()


def test_pages_say_whose_word_is_still_wanted(approved, director, wang, li, early):
    url = reverse("duty:swap_ask", args=[early.pk])
    assert "对方同意、主任批准后生效" in client_of(wang).get(url).content.decode()
    change = ask(wang, li, early)
    assert "已同意，等主任批准。" in press(li, change)
    assert "已批准" in press(director, change, "swap_approve")


def test_pages_say_that_a_word_was_the_last(wang, li, early):
    url = reverse("duty:swap_ask", args=[early.pk])
    assert "对方同意后生效" in client_of(wang).get(url).content.decode()
    assert "已同意，调班已生效。" in press(li, ask(wang, li, early))


def test_asking_twice_is_refused(wang, li, early, late):
    ask(wang, li, early, late)
    with pytest.raises(DomainError, match="已有未办完的调班申请"):
        ask(wang, li, early)


def test_cancelled_is_not_answered_any_more(wang, li, early):
    change = ask(wang, li, early)
    change_cancel(by=wang, change=change)
    with pytest.raises(DomainError, match="已经办完"):
        swap_answer(by=li, change=change, agrees=True)


def test_an_answered_change_is_not_answered_again(wang, li, early, late):
    change = ask(wang, li, early, late)
    swap_answer(by=li, change=change, agrees=True)
    with pytest.raises(DomainError, match="已经办完"):
        swap_answer(by=li, change=change, agrees=True)
    assert keeper(early) == li


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [("2094-03-01 10:00", "2094-03-01 14:00", "同时"),
     ("2094-02-28 20:00", "2094-03-01 00:00", "11"),
     ("2094-03-01 21:00", "2094-03-02 01:00", "11")],
    ids=["overlap", "rest before", "rest after"],
)  # fmt: skip
def test_rules_are_asked_before_anything_changes(roster, wang, li, early, starts, ends, words):
    make_shift(roster, starts, ends, li, make_template(roster.community, "另一班"))
    with pytest.raises(DomainError, match=words):
        ask(wang, li, early)
    assert not ShiftChange.objects.exists()


def test_a_swap_may_give_up_the_very_shift_that_stood_in_the_way(roster, wang, li, early):
    same_day = make_shift(roster, "2094-03-01 13:00", "2094-03-01 17:00", li,
                          make_template(roster.community, "下午班"))  # fmt: skip
    change = swap_answer(by=li, change=ask(wang, li, early, same_day), agrees=True)
    assert change.state == "done"


@pytest.mark.parametrize("what", ["kind", "leave", "left"])
def test_whoever_cannot_take_it_is_named_with_the_rule(wang, li, early, what):
    member = DutyMember.objects.get(user=li)
    if what == "kind":
        DutyMember.objects.filter(pk=member.pk).update(kinds=["night"])
    elif what == "leave":
        Leave.objects.create(community=early.community, user=li, kind="annual",
                             from_on=early.on, to_on=early.on)  # fmt: skip
    else:
        member.delete()
    with pytest.raises(DomainError, match=li.name):
        ask(wang, li, early)


def test_rules_are_asked_again_when_it_is_answered(wang, li, early):
    change = ask(wang, li, early)
    Leave.objects.create(community=early.community, user=li, kind="sick", from_on=early.on,
                         to_on=early.on)  # fmt: skip
    with pytest.raises(DomainError, match="请假"):
        swap_answer(by=li, change=change, agrees=True)
    assert keeper(early) == wang


def test_replacement_ends_what_was_asked_and_tells(wang, li, director, early):
    asked = ask(wang, li, early)
    change = shift_replace(by=director, shift=early, user=li, reason="临时外出")
    asked.refresh_from_db()
    assert (asked.state, change.state, keeper(early)) == ("cancelled", "done", li)


def test_a_shift_that_nobody_had_has_no_giver(roster, li, director):
    gap = make_shift(roster, "2094-03-02 08:00", "2094-03-02 12:00")
    change = shift_replace(by=director, shift=gap, user=li, reason="补空缺")
    assert (change.giver, change.taker, keeper(gap)) == (None, li, li)
    assert [*change.totals] == [str(li.pk)]


def test_what_was_offered_in_return_falls_with_its_shift(wang, li, director, early, late):
    asked = ask(wang, li, early, late)
    shift_sick(by=li, shift=late, reason="因病不能到岗")
    asked.refresh_from_db()
    assert asked.state == "cancelled"
    assert any("已失效" in text for text in told(wang))
    third = make_user("clerk", early.community, username="third")
    make_member(early.community, third)
    first, second = ask(wang, li, early), ask(li, third, make_shift(
        early.roster, "2094-03-09 08:00", "2094-03-09 12:00", li))  # fmt: skip
    swap_answer(by=li, change=first, agrees=True)
    second.refresh_from_db()
    assert second.state == "asked"  # another shift's is left alone


def test_who_is_called_sick_by_the_desk_is_told(wang, director, clerk, early):
    shift_sick(by=clerk, shift=early, reason="因病不能到岗")
    assert any("由社区安排替班" in text for text in told(wang))
    assert any("请安排替班" in text for text in told(director))
    assert told(clerk) == []


def test_sick_call_opens_the_shift_and_tells_those_who_plan(wang, director, early):
    change = shift_sick(by=wang, shift=early, reason="发烧")
    assert (change.kind, keeper(early)) == ("sick", None)
    assert any("请安排替班" in text for text in told(director))


def test_a_colleague_may_not_call_somebody_sick(wang, leader_a, early):
    with pytest.raises(OutOfScope):
        shift_sick(by=leader_a, shift=early, reason="x")


def test_reason_of_a_sick_call_stays_out_of_the_log_line(wang, early):
    shift_sick(by=wang, shift=early, reason="发烧三十九度")
    assert "发烧" not in "".join(map(str, ChangeLog.objects.values_list("after", flat=True)))


def test_what_was_queued_for_the_one_before_is_taken_back(wang, li, director, early):
    message_queue(key=f"duty:{early.pk}:{wang.pk}:remind:{wang.pk}", purpose="值班提醒",
                  address="13800000000", text="x", tenant=early.community_id)  # fmt: skip
    shift_replace(by=director, shift=early, user=li, reason="x")
    assert Outgoing.objects.get().state == "dropped"


def test_a_draft_is_changed_directly(roster, wang, li, early):
    roster.state = "draft"
    roster.save()
    with pytest.raises(DomainError, match="还没有发布"):
        ask(wang, li, early)


def test_what_has_begun_is_not_swapped(roster, wang, li):
    past = make_shift(roster, "2025-03-01 08:00", "2025-03-01 12:00", wang)
    with pytest.raises(DomainError, match="已经开始或结束"):
        ask(wang, li, past)


@pytest.mark.django_db(transaction=True)
def test_two_askers_at_once_only_one_swap_stands(wang, li, director, early, late):
    """The colleague agrees while the director gives the shift to somebody else."""
    change, results = ask(wang, li, early, late), []
    third = DutyMember.objects.create(community=early.community, user=director,
                                      kinds=["desk"], from_on="2020-01-01").user  # fmt: skip

    def run(act):
        try:
            act()
            results.append("ok")
        except DomainError as error:
            results.append(error.message)
        finally:
            connection.close()

    acts = (lambda: swap_answer(by=li, change=change, agrees=True),
            lambda: shift_replace(by=director, shift=early, user=third, reason="x"))  # fmt: skip
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    change.refresh_from_db()
    if change.state == "done":
        assert (keeper(late), keeper(early) in (li, third)) == (wang, True)
    else:
        assert (change.state, keeper(late), keeper(early)) == ("cancelled", li, third)
