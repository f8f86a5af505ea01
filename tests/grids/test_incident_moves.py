"""The life of an incident: every move from every state, by every role, and what it leaves."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.actions import incident_move
from grids.incidents.moves import MOVES, moves_for
from grids.models import CellPost, Handler, Incident, IncidentState, IncidentStep
from portal.accounts.permissions import Role
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog, Notice
from portal.core.workdays import work_deadline
from portal.log_words import CHANGES
from tests.grids.incidents import (
    LATER,
    make_category,
    make_handler,
    make_incident,
    move,
    needed,
    report,
    through,
)
from tests.people import make_building, make_user

pytestmark = pytest.mark.django_db

# Written down a second time: (state, move) → the state it leads to.
ALLOWED = {
    "reported": {"accept": "accepted", "reject": "rejected", "split": "split", "merge": "merged",
                 "urge": "reported", "remark": "reported"},
    "accepted": {"reject": "rejected", "dispatch": "dispatched", "split": "split",
                 "merge": "merged", "urge": "accepted", "remark": "accepted"},
    "dispatched": {"redispatch": "dispatched", "start": "handling", "decline": "accepted",
                   "delay_ask": "dispatched", "done": "handled", "merge": "merged",
                   "urge": "dispatched", "remark": "dispatched"},
    "handling": {"redispatch": "dispatched", "decline": "accepted", "delay_ask": "handling",
                 "done": "handled", "merge": "merged", "urge": "handling", "remark": "handling"},
    "handled": {"close": "closed", "send_back": "handling", "urge": "handled",
                "remark": "handled"},
    "closed": {"rate": "closed", "reopen": "accepted"},
    "rejected": {"reopen": "accepted"},
    "merged": {},
    "split": {},
}  # fmt: skip
WITH_DELAY = {"delay_grant", "delay_refuse"}
BY_HAND = {name for name, known in MOVES.items() if not known.by_clock} - {"report"}
DESK_MOVES = BY_HAND
LEADER_MOVES = {"close", "send_back", "urge", "rate", "remark"}


def facts(row):
    row = Incident.objects.get(pk=row.pk)
    return (
        row.version,
        row.state,
        row.steps.count(),
        Incident.objects.count(),
        Notice.objects.count(),
    )


@pytest.mark.parametrize("state", IncidentState.values)
def test_every_move_from_every_state(clerk, community, cell_a, state):
    """What the table does not hold is refused and leaves no trace."""
    assert set(ALLOWED) == set(IncidentState.values)
    for name in sorted(BY_HAND):
        row = make_incident(community, state, cell=cell_a)
        values, before = needed(row, name), None
        before = facts(row)
        if name in ALLOWED[state]:
            moved = move(clerk, row, name, **values)
            assert moved.state == ALLOWED[state][name], name
            assert moved.version > row.version or name == "remark", name
            step = row.steps.latest("at")
            assert (step.move, step.from_state, step.created_by) == (name, state, clerk), name
        else:
            with pytest.raises(DomainError, match="不能"):
                move(clerk, row, name, **values)
            assert facts(row) == before, name


def test_a_delay_is_decided_only_where_one_was_asked(clerk, community):
    until = timezone.now() + LATER
    for state in IncidentState.values:
        for name in WITH_DELAY:
            row = make_incident(community, state, delay_to=until, handle_due_at=timezone.now())
            if state in ("dispatched", "handling"):
                assert move(clerk, row, name, note="x").state == state
            else:
                with pytest.raises(DomainError, match="不能"):
                    move(clerk, row, name, note="x")


def test_the_page_offers_what_the_table_allows(clerk, leader_a, community, cell_a):
    for state, moves in ALLOWED.items():
        row = make_incident(community, state, cell=cell_a)
        assert {m.name for m in moves_for(clerk, row)} == set(moves), state
        assert {m.name for m in moves_for(leader_a, row)} == set(moves) & LEADER_MOVES, state


def test_every_move_needs_its_permission(community, cell_a, cell_b):
    """A role without it is refused, whatever the state; a leader of the other cell as well."""
    may = {Role.DIRECTOR: DESK_MOVES, Role.CLERK: DESK_MOVES, Role.LEADER: LEADER_MOVES,
           Role.PARTY_CLERK: {"remark"}, Role.GUARD: {"remark"},
           Role.VOLUNTEER_LEAD: {"remark"}}  # fmt: skip
    state_of = {name: state for state, moves in ALLOWED.items() for name in moves}
    for role in Role.values:
        user = make_user(role, community, [cell_a])
        for name in sorted(BY_HAND - WITH_DELAY):
            row = make_incident(community, state_of[name], cell=cell_a)
            values = needed(row, name)
            if name in may.get(role, ()):
                move(user, row, name, **values)
            else:
                with pytest.raises(NotAllowed):
                    move(user, row, name, **values)
    beside = make_user(Role.LEADER, community, [cell_b])
    with pytest.raises(OutOfScope):
        move(beside, make_incident(community, "handled", cell=cell_a), "close")


@pytest.mark.parametrize("name", sorted(BY_HAND - WITH_DELAY))
def test_a_move_without_what_it_needs_names_the_field(clerk, community, name):
    state = next(s for s, moves in ALLOWED.items() if name in moves)
    for field in MOVES[name].needs:
        row = make_incident(community, state)
        values = needed(row, name)
        for blank in (None, "  ", []):
            with pytest.raises(DomainError) as refused:
                move(clerk, row, name, **(values | {field: blank}))
            assert refused.value.field == field


def test_the_clock_and_the_report_are_no_moves_of_people(clerk, community):
    for name in ("escalate", "report", "nothing"):
        with pytest.raises(DomainError):
            move(clerk, make_incident(community), name, note="x")


def test_a_stale_version_changes_nothing(clerk, community):
    row = make_incident(community)
    move(clerk, row, "urge")
    before = facts(row)
    with pytest.raises(Conflict):
        incident_move(by=clerk, incident=row, version=1, move="reject", values={"note": "x"})
    assert facts(row) == before


def test_every_move_has_its_words_and_its_entry_in_the_log(clerk, community):
    assert {f"incident_{name}" for name in MOVES} <= CHANGES.keys()
    row = report(clerk, community)
    through(clerk, row, "accept", "dispatch", "remark")
    logged = list(
        ChangeLog.objects.filter(row=row.pk).order_by("seq").values_list("action", flat=True)
    )
    assert logged == ["incident_report", "incident_accept", "incident_dispatch", "incident_remark"]
    assert "路灯" not in str(list(ChangeLog.objects.values_list("before", "after")))


def test_a_move_that_fails_at_its_end_leaves_nothing(clerk, community, monkeypatch):
    from grids.actions import incidents

    row = make_incident(community)
    before, logged = facts(row), ChangeLog.objects.count()

    def fails(*_):
        raise RuntimeError

    monkeypatch.setattr(incidents, "tell", fails)
    with pytest.raises(RuntimeError):
        move(clerk, row, "urge")
    assert (facts(row), ChangeLog.objects.count()) == (before, logged)


# --- Reporting


def test_a_report_gets_number_cell_and_limit(leader_a, community, cell_a):
    building = make_building(community, "3", cell_a)
    category = make_category(community, accept_hours=2, is_urgent=True)
    first = report(leader_a, community, building=building, category=category)
    second = report(leader_a, community)
    year = timezone.localdate().year
    assert [first.number, second.number] == [f"{year}-00001", f"{year}-00002"]
    assert (first.cell, second.cell) == (cell_a, cell_a)
    assert (first.is_urgent, second.is_urgent) == (True, False)
    assert first.due_at == work_deadline(first.received_at, 2)
    assert second.due_at == work_deadline(second.received_at, 4)


def test_a_report_is_of_the_own_place(
    leader_a, leader_b, clerk, community, other_community, cell_b
):
    with pytest.raises(OutOfScope):
        report(leader_a, community, building=make_building(community, "4", cell_b))
    with pytest.raises(OutOfScope):
        report(clerk, community, building=make_building(other_community, "4"))
    with pytest.raises(OutOfScope):
        report(clerk, other_community)
    assert report(clerk, community).cell is None


def test_a_report_without_words_is_refused(clerk, community):
    with pytest.raises(DomainError) as refused:
        report(clerk, community, text="  ")
    assert refused.value.field == "text"


def test_the_reporters_telephone_is_sealed_and_masked(clerk, community):
    row = report(clerk, community, reporter_name="李芳", reporter_phone="13912345678")
    stored = Incident.objects.get(pk=row.pk)
    assert stored.reporter_phone_mask == "139******78"
    assert b"13912345678" not in bytes(stored.reporter_phone_sealed)


# --- Details of moves


def test_dispatch_counts_the_handlers_office_hours(clerk, community):
    category = make_category(community, handle_hours=7)
    row = move(clerk, make_incident(community), "accept", category=category)
    row = move(clerk, row, "dispatch", handler=make_handler(community))
    at = row.steps.latest("at").at
    assert abs(row.handle_due_at - work_deadline(at, 7)) < dt.timedelta(seconds=5)
    assert row.due_at == row.handle_due_at


def test_an_inactive_or_foreign_handler_is_refused(clerk, community, other_community):
    row = make_incident(community, "accepted")
    with pytest.raises(DomainError, match="停用"):
        move(clerk, row, "dispatch", handler=make_handler(community, is_active=False))
    with pytest.raises(OutOfScope):
        move(clerk, row, "dispatch", handler=make_handler(other_community))


def test_a_decline_gives_it_back_to_the_desk(clerk, community):
    row = move(clerk, make_incident(community, "dispatched"), "decline", note="不归我们")
    assert (row.handler, row.handle_due_at, row.delay_to) == (None, None, None)
    assert row.steps.latest("at").note == "不归我们"


def test_a_delay_is_asked_granted_and_counted(clerk, community):
    row = make_incident(community, "handling", level=1)
    until = row.handle_due_at + LATER
    row = move(clerk, row, "delay_ask", delay_to=until, note="等配件")
    assert (row.due_at < until, row.delay_to) == (True, until)
    row = move(clerk, row, "delay_grant")
    assert (row.due_at, row.handle_due_at, row.delays, row.delay_to) == (until, until, 1, None)
    assert row.level == 0


def test_a_refused_delay_leaves_the_limit(clerk, community):
    row = make_incident(community, "handling")
    due = row.due_at
    row = move(clerk, row, "delay_ask", delay_to=due + LATER, note="等配件")
    row = move(clerk, row, "delay_refuse", note="不行")
    assert (row.due_at, row.delay_to, row.delays) == (due, None, 0)


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_a_delay_lies_between_the_limit_and_two_months(clerk, community, days):
    row = make_incident(community, "handling", handle_due_at=timezone.now())
    until = timezone.now() + dt.timedelta(days=days, minutes=-1 if days == 0 else 1)
    with pytest.raises(DomainError) as refused:
        move(clerk, row, "delay_ask", delay_to=until, note="x")
    assert refused.value.field == "delay_to"


@pytest.mark.parametrize(("late", "in_time"), [(-60, True), (60, False)])
def test_done_says_whether_it_was_in_time(clerk, community, late, in_time):
    due = timezone.now() - dt.timedelta(seconds=late)
    row = make_incident(community, "handling", handle_due_at=due, due_at=due)
    row = move(clerk, row, "done", result="修好了")
    assert row.is_in_time is in_time
    row = move(clerk, row, "send_back", note="没修好")
    assert (row.returns, row.handle_due_at, row.handled_at) == (1, due, None)


def test_an_unhappy_reporter_opens_it_again(clerk, community):
    closed = make_incident(community, "closed", closed_at=timezone.now())
    with pytest.raises(DomainError, match="为什么"):
        move(clerk, closed, "rate", satisfaction=1)
    row = move(clerk, closed, "rate", satisfaction=1, note="晚上又灭了")
    assert (row.state, row.closed_at, row.satisfaction) == ("accepted", None, 1)
    assert list(row.steps.values_list("move", flat=True)) == ["rate", "reopen"]
    happy = move(clerk, make_incident(community, "closed"), "rate", satisfaction=3)
    assert (happy.state, happy.satisfaction) == ("closed", 3)


def test_closing_with_an_unhappy_reporter_opens_it_again(clerk, community):
    row = move(clerk, make_incident(community, "handled"), "close", satisfaction=1)
    assert (row.state, list(row.steps.values_list("move", flat=True))) == (
        "accepted", ["close", "reopen"]
    )  # fmt: skip


def test_parts_are_of_their_wholes_kind_unless_another_is_named(clerk, community):
    kind = make_category(community)
    whole = make_incident(community, "accepted", category=kind)
    parts = [{"text": "路灯不亮"}, {"text": "井盖松动", "category": None}]
    move(clerk, whole, "split", parts=parts)
    made = whole.parts.order_by("number")
    assert [part.category for part in made] == [kind, None]


def test_a_split_makes_parts_that_remember_where_they_come_from(clerk, community, cell_a):
    whole = report(clerk, community, building=make_building(community, "3", cell_a))
    kind = make_category(community)
    parts = [{"text": "路灯不亮", "category": kind}, {"text": "井盖松动", "spot": "东门"}]
    row = move(clerk, whole, "split", parts=parts)
    made = list(row.parts.order_by("number"))
    assert [(p.text, p.category, p.cell, p.state) for p in made] == [
        ("路灯不亮", kind, cell_a, "reported"), ("井盖松动", None, cell_a, "reported"),
    ]  # fmt: skip
    assert (row.state, row.due_at, len({p.number for p in [row, *made]})) == ("split", None, 3)


@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_split_makes_two_to_nine(clerk, community, count):
    with pytest.raises(DomainError):
        move(clerk, make_incident(community), "split", parts=[{"text": "x"}] * count)
    assert Incident.objects.count() == 1


# --- Merging


def test_a_merge_keeps_both_reporters_informed(
    clerk, leader_a, leader_b, community, cell_a, cell_b
):
    main, twin = report(leader_a, community), report(leader_b, community)
    older = move(clerk, report(leader_b, community), "merge", into=twin)
    merged = move(clerk, twin, "merge", into=main)
    older.refresh_from_db()
    assert (merged.state, merged.merged_into, older.merged_into) == ("merged", main, main)
    assert main.steps.filter(move="merged_in", note=twin.number).exists()
    Notice.objects.all().delete()
    through(clerk, main, "accept", "dispatch", "start", "done", "close")
    told = {user: {n.text for n in user.notices.all()} for user in (leader_a, leader_b)}
    assert told[leader_a] == told[leader_b]
    assert {text.rpartition(" ")[2] for text in told[leader_b]} == {
        "已受理", "已派遣", "已报处置完成，请核查", "已办结"
    }  # fmt: skip


@pytest.mark.parametrize("state", ["closed", "rejected", "merged", "split"])
def test_nothing_is_merged_into_what_is_over(clerk, community, state):
    with pytest.raises(DomainError, match="不能并入"):
        move(clerk, make_incident(community), "merge", into=make_incident(community, state))


def test_nothing_is_merged_into_itself_or_another_place(clerk, community, other_community):
    row = make_incident(community)
    for into in (row, make_incident(other_community)):
        with pytest.raises(DomainError):
            move(clerk, row, "merge", into=into)


# --- Who is told


def test_notices_go_to_those_concerned_and_never_to_the_doer(
    clerk, director, leader_a, community, cell_a
):
    handler = make_handler(community, users=[make_user(Role.CLERK, community, name="维修员")])
    hand = handler.users.get()
    row = report(leader_a, community)
    assert set(Notice.objects.values_list("recipient", flat=True)) == {
        clerk.pk, director.pk, hand.pk
    }  # fmt: skip
    Notice.objects.all().delete()
    row = through(clerk, row, "accept")
    move(clerk, row, "dispatch", handler=handler)
    assert set(Notice.objects.values_list("recipient", "text")) == {
        (leader_a.pk, f"事件 {row.number} 已受理"), (leader_a.pk, f"事件 {row.number} 已派遣"),
        (hand.pk, f"事件 {row.number} 已派遣"),
    }  # fmt: skip


def test_nobody_is_told_of_what_he_just_did(clerk, director, community):
    row = report(clerk, community)
    move(clerk, row, "accept", category=make_category(community))
    assert set(Notice.objects.values_list("recipient", flat=True)) == {director.pk}


def test_the_cells_member_of_staff_is_told_before_the_whole_desk(
    clerk, director, leader_a, community, cell_a
):
    CellPost.objects.create(community=community, cell=cell_a, user=director, kind="head",
                            from_on=dt.date(2026, 1, 1))  # fmt: skip
    report(leader_a, community)
    assert set(Notice.objects.values_list("recipient", flat=True)) == {director.pk}
    report(leader_a, community, is_urgent=True)
    assert set(Notice.objects.values_list("recipient", flat=True)) == {director.pk, clerk.pk}


def test_steps_and_handlers_stay_in_their_community(clerk, community, other_community):
    row = make_incident(other_community)
    with pytest.raises(OutOfScope):
        move(clerk, row, "urge")
    assert not IncidentStep.objects.exists()
    assert not Handler.objects.exists()
