"""Visits of the demo community: as the rules want them, some late, in the figures."""

import datetime as dt

from django.utils import timezone

from grids.models import CellPost
from portal.core.indicators import Scope, figures
from portal.core.verify import sealed_check
from residents.models import Visit, VisitFinding, VisitRound, VisitRule, VisitTask
from residents.visits.due import counted, last_visits, rules_by_household
from tests.demo.conftest import TODAY

CODES = ["grid.visits", "grid.visits_due", "grid.visits_overdue"]


def values(demo, day):
    return {code: figure.value for code, figure in figures(Scope(demo.pk), day, CODES).items()}


def test_every_area_cell_has_its_posts(demo):
    kinds = CellPost.objects.filter(cell__kind="area").values_list("cell__number", "kind")
    assert sorted(kinds) == sorted(
        (n, kind) for n in range(1, 12) for kind in ("leader", "backup", "head")
    )
    assert CellPost.objects.get(cell__number=7, kind="leader").user.username == "leader7"


def test_the_usual_rules_mean_somebody(demo):
    rules = rules_by_household(demo.pk, TODAY)
    named = [rule.name for rule in rules.values()]
    assert {rule.name for rule in VisitRule.objects.all()} == set(named)
    assert len(rules) == 3127


def test_visits_lie_in_the_past_by_the_leader_of_the_cell(demo):
    days = Visit.objects.values_list("visited_on", flat=True)
    assert TODAY - dt.timedelta(days=56) <= min(days) <= max(days) < TODAY
    for visit in Visit.objects.select_related("by", "cell")[:200]:
        assert visit.by.username == f"leader{visit.cell.number}"
        assert visit.answers.count() <= visit.household.members.count()
    assert VisitFinding.objects.filter(state="open").count() >= 3


def test_some_are_late_at_every_stage_and_the_figures_say_so(demo):
    late = VisitTask.objects.filter(state="open", due_on__lt=TODAY)
    assert set(late.values_list("stage", flat=True)) == {"overdue", "backup", "head"}
    on = timezone.localdate()  # tasks count from the day on which they were made
    assert values(demo, on) == {
        "grid.visits": counted().filter(visited_on__year=on.year).count(),
        "grid.visits_due": VisitTask.objects.filter(state="open").count(),
        "grid.visits_overdue": VisitTask.objects.filter(state="open", due_on__lt=on).count(),
    }
    for task in late.filter(stage="head"):
        steps = list(task.steps.order_by("at").values_list("stage", flat=True))
        assert steps == ["overdue", "backup", "head"]


def test_the_round_means_the_old_and_is_partly_done(demo):
    round_ = VisitRound.objects.get()
    states = set(round_.tasks.values_list("state", flat=True))
    assert states == {"open", "done"}
    for task in round_.tasks.filter(state="done").select_related("visit"):
        assert (task.visit.household_id, task.visit.visited_on) == (task.household_id, task.done_on)
        assert task.done_on >= round_.from_on


def test_no_weekly_household_was_left_for_longer_than_it_is_late(demo):
    weekly = [k for k, r in rules_by_household(demo.pk, TODAY).items() if r.interval_days == 7]
    last = last_visits(weekly)
    assert len(last) == len(weekly)
    assert max((TODAY - day).days for day in last.values()) <= 7 + 8 + 9


def test_what_is_sealed_of_visits_opens(demo):
    assert Visit.objects.exclude(note_sealed=b"").exists()
    assert VisitFinding.objects.exclude(value_sealed=b"").exists()
    assert list(sealed_check()) == []
