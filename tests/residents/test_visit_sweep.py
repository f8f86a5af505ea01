"""What the clock does: due visits are made once, overdue ones pass on once."""

import datetime as dt
from collections import Counter
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.audit import verify_logs
from portal.core.models import Notice
from residents import tasks
from residents.actions import visit_tasks_make, visit_tasks_pass
from residents.models import VisitRule, VisitTask, VisitTaskStep
from residents.tasks import visits_sweep
from residents.visits.due import next_due
from tests.people import (
    make_building,
    make_cell,
    make_dwelling,
    make_household,
    make_membership,
    make_resident,
    make_user,
)
from tests.residents.visiting import make_post, make_rule, make_tag, make_task, visit

TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def due(community, **more):
    return dict(
        VisitTask.objects.filter(community=community, **more).values_list("addr_key", "due_on")
    )


def make_due(community, today=None):
    return visit_tasks_make(by=SYSTEM, community=community, today=today)


def pass_on(community, days=0):
    return visit_tasks_pass(by=SYSTEM, community=community, now=timezone.now() + days * DAY)


@pytest.fixture
def elder(home):
    resident = make_resident(home, "王老太", "2", dt.date(1940, 1, 1))
    make_tag(resident)
    return resident


@pytest.fixture
def posts(cell_a, leader_a, clerk, director):
    for kind, user in (("leader", leader_a), ("backup", clerk), ("head", director)):
        make_post(cell_a, kind, user)


# --- What is due


def test_the_shortest_interval_counts(community, home, elder, leader_a, other_home):
    make_resident(other_home, "刘梅", "2")
    make_rule(community, "每周", 7, care_kinds=["living_alone"], age_from=70)
    make_rule(community, "每年", 365)
    visit(leader_a, home, ago=6 * DAY)
    assert make_due(community) == 2
    found = due(community)
    seen = home.visits.get().visited_on
    assert found == {"3-2-501": seen + 7 * DAY, "5-1-102": TODAY()}  # never visited: not late
    assert VisitTask.objects.get(household=home).rule.name == "每周"


def test_a_household_is_asked_for_once(community, home, head):
    make_rule(community, interval_days=7)
    assert [make_due(community), make_due(community), make_due(community, TODAY() + DAY)] == [
        1, 0, 0,
    ]  # fmt: skip


def test_the_next_one_is_made_after_the_visit(community, home, head, leader_a):
    make_rule(community, interval_days=7, ahead_days=2)
    make_due(community)
    done = visit(leader_a, home)
    assert [make_due(community, done.visited_on + n * DAY) for n in (0, 4, 5)] == [0, 0, 1]
    assert due(community, state="open") == {"3-2-501": done.visited_on + 7 * DAY}


def test_a_visit_at_which_nobody_was_met_or_that_was_corrected_does_not_count(
    community, home, head, leader_a
):
    make_rule(community, interval_days=7)
    wrong = visit(leader_a, home)
    visit(leader_a, home, outcome="absent", corrects=wrong.pk)
    assert make_due(community) == 1


def test_whom_a_rule_means(community, home, other_home, leader_a):
    """One person has both need and age; people on the books elsewhere are not visited here."""
    young, old = (
        make_resident(home, "王小"),
        make_resident(home, "王老", born_on=dt.date(1940, 1, 1)),
    )
    make_tag(young)
    make_tag(old, "low_income", to_on=TODAY())  # ended
    make_rule(community, "独居老人", 7, care_kinds=["living_alone", "low_income"], age_from=70)
    make_resident(other_home, "李老", born_on=dt.date(1930, 1, 1), residence="away_out")
    make_rule(community, "八十岁", 30, age_from=80)
    make_due(community)
    assert {task.household: task.rule.name for task in VisitTask.objects.all()} == {home: "八十岁"}


def test_paused_rules_closed_and_empty_households_ask_for_nothing(community, home, other_home):
    make_rule(community, is_active=False)
    make_resident(home)
    assert make_due(community) == 0
    make_rule(community, "每月", 30)
    home.closed_on = TODAY()
    home.save()
    assert make_due(community) == 0


def test_those_never_visited_are_spread_over_the_interval(community):
    rule = make_rule(community, "每年", 365)
    keys = [UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128) for n in range(1, 1001)]
    days = [(next_due(key, TODAY(), rule, None) - TODAY()).days for key in keys]
    assert 1 <= min(days) < max(days) <= 365
    assert max(Counter(day // 31 for day in days).values()) < 150
    assert days == [(next_due(key, TODAY(), rule, None) - TODAY()).days for key in keys]


def test_the_number_of_statements_does_not_grow(community, cell_a, posts):
    building = make_building(community, "8", cell_a)

    def statements(rooms, name):
        for room in rooms:
            make_resident(make_household(make_dwelling(building, "1", str(room))))
        make_rule(community, name, 7)
        with CaptureQueriesContext(connection) as made:
            assert make_due(community) >= len(rooms)
        with CaptureQueriesContext(connection) as passed:
            assert pass_on(community, 9)["head"] == len(rooms)
        return len(made), len(passed)

    one = statements([101], "甲")
    VisitTask.objects.update(state="done", rule=None)
    VisitRule.objects.all().delete()
    assert statements(range(201, 231), "乙") == one


# --- What is overdue


def test_eight_days_later_it_is_overdue_with_the_backup_and_with_the_head_once_each(
    community, home, elder, posts, leader_a, clerk, director
):
    make_rule(community, interval_days=7, backup_days=3, head_days=7)
    make_due(community)
    assert pass_on(community) == {}
    assert pass_on(community, 8) == {"overdue": 1, "backup": 1, "head": 1}
    assert pass_on(community, 8) == pass_on(community, 9) == {}
    task = VisitTask.objects.get()
    assert (task.stage, task.state) == ("head", "open")
    assert list(task.steps.order_by("id").values_list("stage", "to")) == [
        ("overdue", leader_a.pk), ("backup", clerk.pk), ("head", director.pk),
    ]  # fmt: skip
    told = dict(Notice.objects.values_list("recipient__name", "text"))
    assert told == {
        "李网格": "有 1 户的走访已逾期，请尽快上门。",
        "钱社工": "有 1 户走访逾期，已转给您（备岗）。",
        "赵主任": "有 1 户走访逾期，已转给您（包片干部）。",
    }
    assert verify_logs() == []


def test_day_by_day_the_same(community, home, elder, posts):
    make_rule(community, interval_days=7, backup_days=3, head_days=7)
    make_due(community)
    passed = {day: found for day in range(10) if (found := pass_on(community, day))}
    assert passed == {1: {"overdue": 1}, 3: {"backup": 1}, 7: {"head": 1}}


def test_a_visit_within_hours_is_overdue_by_the_hour(community, home, head, posts):
    make_task(home, "change", due_on=TODAY(), due_at=timezone.now() - dt.timedelta(minutes=1))
    make_task(home, "change", due_on=TODAY() + DAY, due_at=timezone.now() + DAY)
    assert pass_on(community) == {"overdue": 1}


def test_one_notice_a_person_with_the_count(community, home, other_home, cell_b, leader_a, posts):
    make_membership(leader_a, "leader", community, [cell_b])
    make_post(cell_b, "leader", leader_a)
    for place in (home, home, other_home):
        make_task(place, "change")
    pass_on(community, 1)
    assert [n.text for n in Notice.objects.all()] == ["有 3 户的走访已逾期，请尽快上门。"]


def test_without_a_backup_the_head_is_told_and_without_a_post_the_membership_counts(
    community, cell_a, home, leader_a, director
):
    make_post(cell_a, "head", director)
    make_task(home, "change")
    pass_on(community, 4)
    told = Notice.objects.order_by("key").values_list("recipient", flat=True)
    assert set(told) == {leader_a.pk, director.pk}
    assert VisitTaskStep.objects.get(stage="backup").to == director


def test_done_and_dropped_tasks_stay_where_they_are(community, home, posts):
    make_task(home, "change", state="done")
    make_task(home, "change", state="dropped")
    assert pass_on(community, 30) == {}


def test_the_sweep_goes_through_every_community(community, other_community, home, head):
    there = make_household(make_dwelling(make_building(other_community, "9"), "1", "101"))
    make_resident(there)
    for place in (community, other_community):
        make_rule(place, interval_days=7)
    make_task(home, "change", due_on=TODAY() - DAY)
    assert visits_sweep() == {"made": 2, "passed": 1}
    assert visits_sweep() == {"made": 0, "passed": 0}


def test_each_community_tells_its_own_people(
    community, other_community, home, leader_a, clerk, director, posts
):
    """Also somebody who works in both: for the household here and for the one there."""
    cell = make_cell(other_community, 1)
    there = make_household(make_dwelling(make_building(other_community, "9", cell), "1", "101"))
    chief, aide = (make_user(role, other_community) for role in ("director", "clerk"))
    make_membership(leader_a, "leader", other_community, [cell])
    for kind, user in (("leader", leader_a), ("backup", aide), ("head", chief)):
        make_post(cell, kind, user)
    tasks = {make_task(place, "change", due_on=TODAY() - 8 * DAY): place.community_id
             for place in (home, there)}  # fmt: skip
    assert visits_sweep()["passed"] == 6
    told = {(n.recipient_id, n.tenant) for n in Notice.objects.all()}
    here, over = community.pk, other_community.pk
    assert told == {(leader_a.pk, here), (clerk.pk, here), (director.pk, here),
                    (leader_a.pk, over), (aide.pk, over), (chief.pk, over)}  # fmt: skip
    assert Notice.objects.count() == 6
    for task, place in tasks.items():
        to = set(task.steps.values_list("to", flat=True))
        assert to == {user for user, tenant in told if tenant == place}


def test_a_new_community_begins_with_the_usual_rules(community, home, head):
    for _ in range(2):
        visits_sweep()
    rules = VisitRule.objects.filter(community=community)
    assert list(rules.values_list("interval_days", flat=True)) == [7, 30, 90, 365]


def test_one_communitys_fault_stops_no_other(community, other_community, home, head, monkeypatch):
    make_rule(other_community)
    make_task(home, "change", due_on=TODAY() - DAY)
    real = tasks.is_wanted

    def broken(place, today):
        if place == other_community:
            raise RuntimeError("no")
        return real(place, today)

    monkeypatch.setattr(tasks, "is_wanted", broken)
    Community.objects.filter(pk=other_community.pk).update(code="100000000001")  # comes first
    with pytest.raises(RuntimeError):
        visits_sweep()
    assert VisitTask.objects.get(cause="change").stage == "overdue"
