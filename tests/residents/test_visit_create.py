"""Visits: recorded whole, once, never changed; what they close and what they write."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.actions import building_assign_cell
from portal.core.audit import verify_logs
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.ids import new_id
from portal.core.models import ChangeLog, Notice
from residents.actions import (
    event_correct,
    household_close,
    household_merge,
    household_move,
    resident_death,
    resident_move_out,
    resident_update,
)
from residents.models import CareTag, Visit, VisitFinding, VisitRound, VisitTask
from residents.visits.due import counted
from tests.people import make_building, make_dwelling, make_household, make_resident
from tests.residents.visiting import (
    finding,
    make_rule,
    make_tag,
    make_task,
    same,
    values,
    visit,
)

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def states(home):
    return dict(VisitTask.objects.filter(household=home).values_list("cause", "state"))


def test_visit_create_keeps_answers_and_seals_the_note(leader_a, home, head, child):
    made = visit(leader_a, home, answers=same(head, child), note="腿脚不便")
    stored = Visit.objects.get()
    assert (stored.pk, stored.by, stored.cell, stored.is_unchanged) == (
        made.pk, leader_a, home.cell, True,
    )  # fmt: skip
    assert stored.note == "腿脚不便"
    assert "腿脚" not in str(bytes(stored.note_sealed))
    assert set(stored.answers.values_list("resident", "state")) == {
        (head.pk, "same"), (child.pk, "same"),
    }  # fmt: skip
    assert verify_logs() == []
    assert "腿脚" not in str(list(ChangeLog.objects.values_list("after", flat=True)))


def test_visit_create_closes_every_open_task_of_the_household(leader_a, community, home, head,
                                                              other_home):  # fmt: skip
    round_ = VisitRound.objects.create(
        community=community, name="重阳", kind="festival", from_on=TODAY() - DAY, due_on=TODAY()
    )
    old = timezone.now() - DAY
    for cause, more in (("rule", {}), ("round", {"round": round_}), ("change", {})):
        make_task(home, cause, created_at=old, **more)
    make_task(other_home)
    made = visit(leader_a, home)
    assert states(home) == {"rule": "done", "round": "done", "change": "done"}
    assert states(other_home) == {"rule": "open"}
    assert set(made.tasks.values_list("done_on", flat=True)) == {made.visited_on}


@pytest.mark.parametrize("outcome", ["absent", "declined"])
def test_visit_create_closes_nothing_when_nobody_was_met(leader_a, home, outcome):
    make_task(home)
    visit(leader_a, home, outcome=outcome)
    assert states(home) == {"rule": "open"}


def test_visit_create_from_before_does_not_answer_what_came_after(leader_a, community, home):
    """Sent late: the change was told after it, the round began later, a later visit counts."""
    round_ = VisitRound.objects.create(
        community=community, name="高温", kind="heat", from_on=TODAY(), due_on=TODAY()
    )
    visit(leader_a, home, ago=DAY)
    for cause, more in (("rule", {}), ("round", {"round": round_}), ("change", {})):
        make_task(home, cause, **more)
    visit(leader_a, home, ago=3 * DAY)
    assert states(home) == {"rule": "open", "round": "open", "change": "open"}


def test_visit_create_corrects_by_a_new_visit_that_points_back(leader_a, home, head):
    make_task(home)
    old = visit(leader_a, home, findings=[finding("moved_out", head)])
    new = visit(leader_a, home, outcome="absent", corrects=old.pk)
    old.refresh_from_db()
    assert (old.outcome, old.corrected_by) == ("met", new)
    assert states(home) == {"rule": "open"}
    assert VisitFinding.objects.get().state == "dismissed"
    with pytest.raises(DomainError, match="已经更正过"):
        visit(leader_a, home, corrects=old.pk)
    visit(leader_a, home, corrects=new.pk)
    assert states(home) == {"rule": "done"}


def test_a_visit_at_the_wrong_door_is_taken_back(leader_a, home, head):
    make_task(home)
    old = visit(leader_a, home, answers=same(head), findings=[finding("moved_out", head)])
    assert states(home) == {"rule": "done"}
    with pytest.raises(DomainError, match="没有成员的情况"):
        visit(leader_a, home, outcome="void", corrects=old.pk, answers=same(head))
    visit(leader_a, home, outcome="void", corrects=old.pk, answers=[])
    assert states(home) == {"rule": "open"}
    assert VisitFinding.objects.get().state == "dismissed"
    assert not counted().exists()
    with pytest.raises(DomainError, match="没有走访就不用登记"):
        visit(leader_a, home, outcome="void", answers=[])


def test_visit_create_corrects_only_ones_own_or_from_the_desk(leader_a, clerk, director, home):
    old = visit(clerk, home)
    with pytest.raises(NotAllowed, match="自己的"):
        visit(leader_a, home, corrects=old.pk)
    assert visit(director, home, corrects=old.pk).corrects == old


def test_visit_create_refuses_another_cell_strangers_and_nonsense(leader_b, leader_a, guard, home,
                                                                  other_home):  # fmt: skip
    stranger = make_resident(other_home, "刘梅", "2")
    with pytest.raises(OutOfScope):
        visit(leader_b, home)
    with pytest.raises(NotAllowed):
        visit(guard, home)
    with pytest.raises(DomainError, match="不是这一户"):
        visit(leader_a, home, answers=same(stranger))
    with pytest.raises(DomainError, match="走访方式"):
        visit(leader_a, home, way="drone")
    with pytest.raises(DomainError, match="现在以后"):
        visit(leader_a, home, ago=-DAY)
    member = make_resident(home, "王强")
    with pytest.raises(DomainError, match="每位成员"):
        visit(leader_a, home, answers=[{"resident": member.pk, "state": "dead"}])
    with pytest.raises(OutOfScope):
        visit(leader_a, home, corrects=new_id())
    assert Visit.objects.count() == 0


def test_visit_create_takes_members_who_moved_away_in_the_meantime(clerk, leader_a, home, head,
                                                                   child):  # fmt: skip
    resident_move_out(by=clerk, resident=head, version=1, on=TODAY())
    made = visit(
        leader_a, home, answers=same(head, child), findings=[finding("phone", head, "13900001111")]
    )
    assert made.answers.count() == 2
    kept = made.findings.get()
    assert (kept.state, kept.settled_note) == ("open", "这位居民已不在这一户，请核实。")


def test_visit_create_takes_a_household_that_was_put_into_another_in_the_meantime(
    clerk, leader_a, home, head
):
    other = make_household(home.dwelling)
    make_resident(other, "刘梅", "2", relation="02")
    household_merge(by=clerk, household=home, version=home.version, into=other,
                    relations={head.pk: "99"})  # fmt: skip
    made = visit(leader_a, home, answers=same(head))
    assert made.answers.get().resident == head


# --- Findings


def test_a_telephone_is_written_at_once_with_its_version(leader_a, home, head):
    found = finding("phone", head, " 139 0000 1111 ", version=1)
    visit(leader_a, home, findings=[found])
    head.refresh_from_db()
    assert (head.phone, head.version) == ("13900001111", 2)
    kept = VisitFinding.objects.get()
    assert (kept.pk, kept.state, kept.value) == (found["id"], "applied", "139 0000 1111")
    assert "1390000" not in str(list(ChangeLog.objects.values_list("after", "before")))


@pytest.mark.parametrize("version", [{"version": 1}, {}])
def test_a_stale_telephone_stays_open_with_the_reason(clerk, leader_a, home, head, version):
    began = values()
    resident_update(by=clerk, resident=head, version=1, values={"phone": "13700002222"})
    visit(leader_a, home, started_at=began["started_at"],
          findings=[finding("phone", head, "13900001111", **version)])  # fmt: skip
    head.refresh_from_db()
    assert head.phone == "13700002222"
    kept = VisitFinding.objects.get()
    assert kept.state == "open"
    assert "已被别人修改" in kept.settled_note


def test_a_wrong_telephone_refuses_itself_not_the_visit(leader_a, home, head):
    visit(leader_a, home, findings=[finding("phone", head, "138"), finding("phone", head)])
    assert set(VisitFinding.objects.values_list("state", flat=True)) == {"open"}
    assert Visit.objects.count() == 1


def test_needs_become_tags_and_end(leader_a, home, head):
    visit(leader_a, home, findings=[finding("alone", head), finding("needs_care", head)])
    kinds = CareTag.objects.filter(to_on=None).values_list("kind", flat=True)
    assert set(kinds) == {"living_alone", "needs_care"}
    CareTag.objects.update(from_on=TODAY() - DAY)
    visit(leader_a, home, findings=[finding("not_alone", head), finding("needs_care", head)])
    assert CareTag.objects.get(to_on=None).kind == "needs_care"
    assert set(VisitFinding.objects.values_list("state", flat=True)) == {"applied"}


def test_needs_stay_open_for_whoever_may_not_give_them(leader_a, home, head, monkeypatch):
    from portal.accounts import permissions

    few = permissions.ROLES["leader"] - {"DISABILITY_VIEW"}
    monkeypatch.setitem(permissions.ROLES, "leader", few)
    visit(leader_a, home, findings=[finding("needs_care", head), finding("alone", head)])
    found = dict(VisitFinding.objects.values_list("kind", "state"))
    assert found == {"needs_care": "open", "alone": "applied"}
    assert not CareTag.objects.filter(kind="needs_care").exists()


@pytest.mark.parametrize("kind", ["moved_out", "died", "new_member", "job", "help", "other"])
def test_who_is_on_the_books_waits_for_the_desk(leader_a, home, head, kind):
    visit(leader_a, home, findings=[finding(kind, head, "见备注")])
    assert VisitFinding.objects.get().state == "open"
    head.refresh_from_db()
    assert (head.status, head.version) == ("living", 1)


@pytest.mark.parametrize(("kind", "change"), [("discharge", "discharge"), ("hospital", "hospital")])
def test_a_discharge_makes_a_visit_due_within_the_rules_hours(leader_a, community, home, kind,
                                                              change):  # fmt: skip
    elder = make_resident(home, "王老太", "2", dt.date(1940, 1, 1))
    make_tag(elder)
    make_rule(community, "高风险独居老人", care_kinds=["living_alone"], age_from=70,
              change_hours=24)  # fmt: skip
    make_rule(community, "每户", 365, change_hours=72)
    before = timezone.now()
    visit(leader_a, home, findings=[finding(kind, elder)])
    task = VisitTask.objects.get()
    assert (task.cause, task.change, task.state) == ("change", change, "open")
    assert before + DAY <= task.due_at <= timezone.now() + DAY
    assert task.due_on == timezone.localdate(task.due_at)
    visit(leader_a, home, findings=[finding(kind, elder)])  # told twice on one day: one visit
    assert VisitTask.objects.count() == 1


def test_other_households_have_more_time(leader_a, community, home, head):
    make_rule(community, care_kinds=["living_alone"], age_from=70, change_hours=24)
    visit(leader_a, home, findings=[finding("discharge", head)])
    hours = (VisitTask.objects.get().due_at - timezone.now()).total_seconds() / 3600
    assert 71 < hours <= 72


# --- What the desk records


def test_a_death_asks_for_a_visit_to_those_who_stay(clerk, leader_a, home, head, child):
    resident_death(by=clerk, resident=head, version=1, on=TODAY())
    assert VisitTask.objects.get().change == "bereavement"
    notice = Notice.objects.get()
    assert notice.recipient == leader_a
    assert "王" not in notice.text
    resident_death(by=clerk, resident=child, version=1, on=TODAY())
    assert VisitTask.objects.count() == 1


def test_a_death_of_long_ago_or_of_the_last_one_asks_for_none(clerk, home, head, child):
    resident_death(by=clerk, resident=head, version=1, on=TODAY() - 60 * DAY)
    resident_death(by=clerk, resident=child, version=1, on=TODAY())
    assert VisitTask.objects.count() == 0


def test_a_death_taken_back_takes_its_visit_back(clerk, home, head, child):
    event = resident_death(by=clerk, resident=head, version=1, on=TODAY())
    event_correct(by=clerk, event=event, version=2, note="登错了")
    assert states(home) == {"change": "dropped"}


def test_closing_a_household_cancels_what_is_due(clerk, home):
    make_task(home)
    household_close(by=clerk, household=home, version=1, on=TODAY())
    assert states(home) == {"rule": "dropped"}


def test_open_tasks_move_along_and_done_ones_stay(clerk, community, cell_b, home, head):
    make_task(home)
    done = make_task(home, "round", state="done")
    there = make_dwelling(make_building(community, "9", cell_b), "1", "101")
    household_move(by=clerk, household=home, version=1, dwelling=there, on=None)
    task = VisitTask.objects.get(state="open")
    assert (task.cell, task.addr_key) == (cell_b, "9-1-101")
    done.refresh_from_db()
    assert done.addr_key == "3-2-501"


def test_open_tasks_follow_their_building_to_another_cell(clerk, cell_a, cell_b, home):
    make_task(home)
    make_task(home, "round", state="done")
    building = home.dwelling.building
    building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    cells = dict(VisitTask.objects.values_list("state", "cell"))
    assert cells == {"open": cell_b.pk, "done": cell_a.pk}
