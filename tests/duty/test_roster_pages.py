"""The roster's desk pages: months, the grid, moves, publishing, one shift, the board."""

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.models import Job
from portal.duty import grid
from portal.duty.actions import shift_replace, swap_answer, swap_ask
from portal.duty.checks import takers_of
from portal.duty.hours import lines_between
from portal.duty.models import Leave, Roster, RosterState, Shift, ShiftChange, Wish
from portal.duty.month import month_of
from tests.duty.rows import make_member, make_roster, make_shift, make_template
from tests.people import client_of, make_user

pytestmark = pytest.mark.django_db
MONTH = "2097-12-01"  # ahead of every clock; 2097-12-02 is a Monday
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def roster(community):
    return make_roster(community, MONTH)


@pytest.fixture
def early(roster, clerk):
    """Monday morning, kept by the clerk."""
    make_member(roster.community, clerk)
    return make_shift(roster, "2097-12-02 08:00", "2097-12-02 12:00", clerk)


@pytest.fixture
def late(roster, early, guard):
    """Tuesday morning, kept by the guard."""
    make_member(roster.community, guard)
    return make_shift(roster, "2097-12-03 08:00", "2097-12-03 12:00", guard)


@pytest.fixture
def desk(clerk):
    return client_of(clerk)


def page(client, name, *keys, **query):
    return client.get(reverse(f"duty:{name}", args=keys), query).content.decode()


def move(client, shift, **values):
    values = {"version": shift.version} | values
    return client.post(reverse("duty:shift_set", args=[shift.pk]), values, **HTMX)


def holders():
    return dict(Shift.objects.values_list("pk", "user"))


def publish(roster):
    Roster.objects.filter(pk=roster.pk).update(
        state=RosterState.PUBLISHED, published_at=dt.datetime(2097, 11, 20, tzinfo=dt.UTC)
    )


# --- The months


def test_empty_list_tells_the_three_steps(community, desk):
    text = page(desk, "roster_list")
    assert ["登记班次" in text, "选值班人员" in text, "建立排班表" in text] == [True] * 3


def test_list_tells_gaps_and_state(desk, roster, early):
    make_shift(roster, "2097-12-04 08:00", "2097-12-04 12:00")
    text = page(desk, "roster_list")
    assert "2097年12月" in text
    assert "1 班" in text
    assert "草稿" in text


def test_who_does_not_plan_is_offered_no_new_month(community, guard):
    assert "建立排班表" not in page(client_of(guard), "roster_list")


def test_roster_create_opens_the_grid(community, desk, clerk):
    make_template(community, days="every")
    month = timezone.localdate().replace(day=1)
    answer = desk.post(reverse("duty:roster_create"), {"month": month.isoformat()})
    assert answer.url == reverse("duty:roster_show", args=[Roster.objects.get().pk])
    assert Shift.objects.count() >= 28


def test_roster_create_takes_no_month_but_those_offered(community, desk):
    make_template(community)
    desk.post(reverse("duty:roster_create"), {"month": "2019-01-01"})
    assert not Roster.objects.exists()


# --- The grid


def test_grid_by_person_shows_shift_total_leave_and_wish(desk, roster, early, clerk):
    day = dt.date(2097, 12, 5)
    Leave.objects.create(community=roster.community, user=clerk, kind="annual", from_on=day,
                         to_on=day)  # fmt: skip
    Wish.objects.create(community=roster.community, user=clerk, on=dt.date(2097, 12, 6))
    text = page(desk, "roster_show", roster.pk)
    assert "12月2日 早班 08:00–12:00，钱社工" in text
    assert 'title="请假"' in text
    assert 'title="希望不值班"' in text


def test_leave_and_wishes_are_hidden_from_who_does_not_plan(roster, early, clerk, guard):
    day = dt.date(2097, 12, 5)
    Leave.objects.create(community=roster.community, user=clerk, kind="annual", from_on=day,
                         to_on=day)  # fmt: skip
    Wish.objects.create(community=roster.community, user=clerk, on=day)
    Shift.objects.update(reason="未能照顾愿望")
    pages = ("roster_show", roster.pk), ("shift_show", early.pk)
    text = "".join(page(client_of(guard), *one) for one in pages)
    shown = [words in text for words in ("请假", "希望不值班", "未能照顾愿望", "钱社工")]
    assert shown == [False, False, False, True]


def test_year_counts_a_draft_once_and_a_published_month_once(roster, early, clerk):
    for state in RosterState.values:
        Roster.objects.update(state=state)
        roster.refresh_from_db()
        line = month_of(roster, "person", may_plan=True).lines[1]
        assert (line.name, line.month.shifts, line.year.shifts) == ("钱社工", 1, 1), state


def test_grid_by_shift_names_people_and_gaps_with_reason(desk, roster, early):
    make_shift(roster, "2097-12-04 08:00", "2097-12-04 12:00", reason="12月4日：2 人请假")
    text = page(desk, "roster_show", roster.pk, by="shift")
    assert "<span>钱社工</span>" in text
    assert "空缺，12月4日：2 人请假" in text


def test_grid_marks_days_with_words(desk, roster):
    text = page(desk, "roster_show", roster.pk)
    assert "12月7日 周六，休息日" in text
    assert "12月2日 周一<" in text


def test_pages_ask_the_same_whatever_the_size(desk, roster, early, community):
    def count(name, key):
        with CaptureQueriesContext(connection) as seen:
            page(desk, name, key)
        return len(seen)

    pages = [("roster_show", roster.pk), ("shift_show", early.pk), ("roster_publish", roster.pk)]
    [count(*one) for one in pages]
    before = [count(*one) for one in pages]
    for number in range(12):
        user = make_user("guard", community)
        make_member(community, user)
        for day in (number + 1, number + 15):
            make_shift(roster, f"2097-12-{day:02} 12:00", f"2097-12-{day:02} 14:00", user)
    assert [count(*one) for one in pages] == before


# --- Moves


def test_shift_set_gives_a_shift_and_pins_it(desk, early, late, guard):
    answer = move(desk, early, user=guard.pk)
    early.refresh_from_db()
    assert (answer.status_code, early.user, early.is_pinned) == (200, guard, True)
    assert "12月2日" in answer.content.decode()


def test_refused_move_keeps_everything_and_names_the_rule(desk, roster, early, late, guard):
    Leave.objects.create(community=roster.community, user=guard, kind="annual", from_on=early.on,
                         to_on=early.on)  # fmt: skip
    before = list(Shift.objects.order_by("pk").values())
    answer = move(desk, early, user=guard.pk)
    assert answer.status_code == 422
    assert "没有改动。</strong>郑队长：12月2日 早班：请假" in answer.content.decode()
    assert list(Shift.objects.order_by("pk").values()) == before


def test_stale_move_is_refused(desk, early, late, guard, clerk):
    answer = move(desk, early, user=guard.pk, version=early.version + 7)
    assert answer.status_code == 422
    assert holders() == {early.pk: clerk.pk, late.pk: guard.pk}


def test_two_people_change_over(desk, early, late, clerk, guard):
    move(desk, early, other=late.pk, other_version=late.version)
    assert holders() == {early.pk: guard.pk, late.pk: clerk.pk}


def test_same_day_shifts_change_over_though_nobody_could_hold_both(desk, roster, early, guard,
                                                                   clerk):  # fmt: skip
    make_member(roster.community, guard)
    noon = make_shift(roster, "2097-12-02 10:00", "2097-12-02 14:00", guard)
    move(desk, early, other=noon.pk, other_version=noon.version)
    assert holders() == {early.pk: guard.pk, noon.pk: clerk.pk}


def test_refused_change_over_keeps_both(desk, roster, early, late, clerk, guard):
    Leave.objects.create(community=roster.community, user=clerk, kind="annual", from_on=late.on,
                         to_on=late.on)  # fmt: skip
    before = list(Shift.objects.order_by("pk").values())
    assert move(desk, early, other=late.pk, other_version=late.version).status_code == 422
    assert list(Shift.objects.order_by("pk").values()) == before


def test_shift_goes_to_nobody_outside_of_duty(desk, early, outsider, clerk):
    for stranger in (outsider.pk, uuid4()):
        answer = move(desk, early, user=stranger)
        assert (answer.status_code, "从值班人员中选择" in answer.content.decode()) == (422, True)
    assert holders() == {early.pk: clerk.pk}


def test_shift_is_emptied(desk, early):
    move(desk, early, user="")
    assert holders() == {early.pk: None}


def test_shift_of_another_community_is_missing(desk, early, late, other_community):
    other = make_shift(make_roster(other_community, MONTH), "2097-12-02 08:00",
                       "2097-12-02 12:00")  # fmt: skip
    assert move(desk, other, user="").status_code == 404
    assert move(desk, early, other=other.pk, other_version=1).status_code == 404


def test_who_does_not_plan_may_not_move(early, guard):
    assert move(client_of(guard), early, user="").status_code == 403


def test_without_script_the_page_says_what_happened(desk, early, late, guard):
    address = reverse("duty:shift_set", args=[early.pk])
    answer = desk.post(address, {"version": early.version, "user": guard.pk}, follow=True)
    assert "已交给郑队长" in answer.content.decode()


def test_shift_pin_and_let_go(desk, early):
    address = reverse("duty:shift_pin", args=[early.pk])
    for wanted in ("on", ""):
        early.refresh_from_db()
        desk.post(address, {"version": early.version, "is_pinned": wanted}, **HTMX)
        early.refresh_from_db()
        assert early.is_pinned == bool(wanted)


# --- Solve, compare, publish


def test_roster_solve_fills_and_tells_what_changed(desk, roster, early, late, guard, clerk,
                                                   django_capture_on_commit_callbacks):  # fmt: skip
    Leave.objects.create(community=roster.community, user=clerk, kind="annual", from_on=early.on,
                         to_on=early.on)  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("duty:roster_solve", args=[roster.pk]), {"keep": "pinned"})
    text = page(desk, "roster_show", roster.pk)
    assert "<del>钱社工</del> <ins>郑队长</ins>" in text
    assert "原为钱社工" in text


def test_running_solve_shows_its_bar_and_no_moves(desk, roster, early, clerk):
    Job.objects.create(kind="duty.solve", label="排班", owner=clerk, tenant=roster.community_id,
                       params={"roster": str(roster.pk)})  # fmt: skip
    text = page(desk, "roster_show", roster.pk)
    assert ["<progress" in text, "data-open" in text] == [True, False]


def test_roster_publish_lists_gaps_and_freezes(desk, roster, early):
    make_shift(roster, "2097-12-04 08:00", "2097-12-04 12:00", reason="全部请假")
    assert "全部请假" in page(desk, "roster_publish", roster.pk)
    desk.post(reverse("duty:roster_publish", args=[roster.pk]), {"version": roster.version})
    roster.refresh_from_db()
    assert roster.is_published
    assert move(desk, early, user="").status_code == 422


def test_page_seen_before_a_change_publishes_nothing(desk, roster, early):
    desk.post(reverse("duty:roster_publish", args=[roster.pk]), {"version": roster.version + 1})
    roster.refresh_from_db()
    assert not roster.is_published


def test_published_roster_has_no_form_that_moves(desk, roster, early):
    open_pages = page(desk, "roster_show", roster.pk) + page(desk, "shift_show", early.pk)
    publish(roster)
    shut_pages = page(desk, "roster_show", roster.pk) + page(desk, "shift_show", early.pk)
    for sign in ("data-open", "/solve/", "/set/", "/pin/"):
        assert (sign in open_pages, sign in shut_pages) == (True, False), sign


def test_roster_delete_removes_a_draft_only(desk, roster, early):
    address = reverse("duty:roster_delete", args=[roster.pk])
    publish(roster)
    desk.post(address)
    assert Roster.objects.count() == 1
    Roster.objects.update(state=RosterState.DRAFT)
    desk.post(address)
    assert not Roster.objects.exists()


# --- One shift


def test_takers_are_told_with_what_speaks_against_them(roster, early, late, guard, leader_a):
    make_member(roster.community, leader_a, kinds=["clinic"])
    make_shift(roster, "2097-12-02 10:00", "2097-12-02 14:00", guard)
    why = {one.name: one.why for one in takers_of(early)}
    assert why == {"郑队长": "同时已有别的班（12月2日 早班）", "李网格": "没有窗口值班资格"}


def test_who_may_take_a_shift_stands_first(roster, early, late, guard, leader_a, leader_b):
    make_member(roster.community, leader_a, kinds=["clinic"])
    make_member(roster.community, leader_b)
    assert [one.name for one in takers_of(early)][-1] == "李网格"


def test_grid_is_told_who_may_take_a_shift(desk, early, late, guard, clerk):
    address = reverse("duty:shift_takers", args=[early.pk])
    assert desk.get(address).json() == {"takers": [[str(guard.pk), "郑队长", ""]]}
    assert client_of(guard).get(address).status_code == 403


def test_shift_replace_shows_both_totals(desk, roster, early, late, guard):
    publish(roster)
    address = reverse("duty:shift_replace", args=[early.pk])
    answer = desk.post(address, {"user": guard.pk, "reason": "家里有事"}, follow=True)
    text = answer.content.decode()
    assert holders()[early.pk] == guard.pk
    assert "家里有事" in text
    assert "郑队长变更后本年：2 班" in text


def test_shift_replace_offers_nobody_whom_a_rule_bars(desk, roster, early, late, guard, clerk,
                                                      leader_b):  # fmt: skip
    make_member(roster.community, leader_b)
    make_shift(roster, "2097-12-02 10:00", "2097-12-02 14:00", guard)
    publish(roster)
    offered = page(desk, "shift_show", early.pk)
    assert [f'value="{user.pk}"' in offered for user in (leader_b, guard)] == [True, False]
    address = reverse("duty:shift_replace", args=[early.pk])
    assert desk.post(address, {"user": guard.pk, "reason": "r"}).status_code == 200
    assert holders()[early.pk] == clerk.pk


def test_forms_of_a_shift_have_ids_of_their_own(desk, roster, early, late, guard):
    publish(roster)
    ids = re.findall(r' id="([^"]+)"', page(desk, "shift_show", early.pk))
    assert len(ids) == len(set(ids))
    assert {"id_reason", "sick_reason"} <= set(ids)


def test_shift_sick_leaves_a_gap(desk, roster, early):
    publish(roster)
    desk.post(reverse("duty:shift_sick", args=[early.pk]), {"reason": "不能到岗"})
    assert holders() == {early.pk: None}
    assert ShiftChange.objects.get().kind == "sick"


def test_only_the_person_or_who_plans_calls_in_sick(roster, early, late, leader_a, clerk):
    publish(roster)
    address = reverse("duty:shift_sick", args=[early.pk])
    assert client_of(leader_a).post(address, {"reason": "r"}).status_code == 404
    assert holders()[early.pk] == clerk.pk
    assert address not in page(client_of(leader_a), "shift_show", early.pk)


# --- The board


def test_board_shows_published_shifts_of_the_week_only(desk, roster, early):
    other = make_shift(roster, "2097-12-09 08:00", "2097-12-09 12:00", early.user)
    assert "钱社工" not in blocks(page(desk, "board", week="2097-12-04"))
    publish(roster)
    text = blocks(page(desk, "board", week="2097-12-04"))
    assert (text.count('wall-name">钱社工'), other.name) == (1, "早班")


def blocks(text):
    """The board itself: bar and foot name the reader."""
    return text.partition('class="wall ')[2].partition("print-foot")[0]


def test_board_shows_swaps(desk, roster, early, late, clerk, guard):
    publish(roster)
    for shift in (early, late):
        shift.refresh_from_db()
    asked = swap_ask(by=clerk, shift=early, taker=guard, reason="r", other_shift=late)
    swap_answer(by=guard, change=asked, agrees=True)
    monday, tuesday = blocks(page(desk, "board", week="2097-12-02")).split("周二")[:2]
    assert ["郑队长" in monday, "替钱社工" in monday, "替郑队长" in tuesday] == [True] * 3


def test_a_swap_changes_both_totals_and_both_printouts(desk, roster, early, late, clerk, guard):
    """A morning for a night: in the month that is printed, the sheet of hours, the wall."""
    Shift.objects.filter(pk=late.pk).update(is_night=True)
    publish(roster)

    def printed():
        lines = {line.name: line.month for line in month_of(roster, "person", may_plan=False).lines}
        hours = {line.user: line.totals.nights for line in lines_between(
            roster.community_id, roster.month, roster.month.replace(day=31))}  # fmt: skip
        return [(lines[user.name].nights, hours[user]) for user in (clerk, guard)]

    assert printed() == [(0, 0), (1, 1)]
    for shift in (early, late):
        shift.refresh_from_db()
    asked = swap_ask(by=clerk, shift=early, taker=guard, reason="r", other_shift=late)
    swap_answer(by=guard, change=asked, agrees=True)
    assert printed() == [(1, 1), (0, 0)]
    monday, tuesday = blocks(page(desk, "board", week="2097-12-02")).split("周二")[:2]
    assert ("郑队长" in monday, "钱社工" in tuesday) == (True, True)


def test_board_leaves_out_who_fell_ill(desk, roster, early, clerk, guard, late):
    publish(roster)
    shift_replace(by=clerk, shift=early, user=guard, reason="r")
    assert "替钱社工" in page(desk, "board", week="2097-12-02")


@pytest.mark.parametrize("week", ["x", "2097-13-40", ""])
def test_board_takes_this_week_when_none_is_named(desk, week):
    assert desk.get(reverse("duty:board"), {"week": week}).status_code == 200


# --- Pure


@pytest.mark.parametrize(
    ("names", "marks"),
    [
        (["早班", "晚班"], ["早", "晚"]),
        (["窗口早班", "窗口晚班"], ["早", "晚"]),
        (["夜", "夜值"], ["夜", "值"]),
        (["白班", "班"], ["白", "班"]),
    ],
)
def test_marks_differ(names, marks):
    assert [grid.marks_of(names)[name] for name in names] == marks


def test_worked_weekend_day_is_named():
    """2026-02-14 is a Saturday that is worked for the Spring Festival."""
    day = grid.day_of(dt.date(2026, 2, 14), dt.date(2026, 2, 1))
    assert (day.word, day.told) == ("班", "2月14日 周六，调休上班")


def test_hours_that_pass_midnight_say_so(roster):
    night = make_shift(roster, "2097-12-02 20:00", "2097-12-03 08:00")
    assert grid.hours_of(night) == "20:00–次日08:00"


@pytest.mark.parametrize(
    ("people", "size"), [(6, "large"), (9, "middle"), (14, "small"), (15, "tiny")]
)
def test_board_is_printed_as_large_as_it_fits(people, size):
    block = grid.Block("早班", "", [("钱社工", "", "")] * people)
    days = [grid.BoardDay(grid.day_of(dt.date(2097, 12, 2), dt.date(2097, 12, 1)), [block])]
    assert grid.size_of(days) == size


@pytest.mark.parametrize("text", ["9" * 5000, "x", "", "-1"])
def test_a_made_up_version_is_a_stale_one(community, desk, text):
    roster = make_roster(community, "2097-12-01")
    make_template(community)
    answer = desk.post(reverse("duty:roster_publish", args=[roster.pk]), {"version": text})
    assert answer.status_code in (200, 302, 409)
    assert not Roster.objects.get(pk=roster.pk).is_published
