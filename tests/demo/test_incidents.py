"""Incidents of the demo community: every state, and each with the steps that lead there."""

from grids.incidents.moves import MOVES
from grids.models import OPEN_STATES, Asset, Handler, Incident, IncidentCategory, IncidentState
from portal.core.indicators import Scope, figures
from portal.core.workdays import work_deadline
from tests.demo.conftest import TODAY


def test_there_are_thirty_in_every_state(demo):
    rows = Incident.objects.filter(community=demo)
    assert rows.count() == 30
    assert set(rows.values_list("state", flat=True)) == set(IncidentState.values)
    assert Asset.objects.filter(community=demo).count() == 40
    assert IncidentCategory.objects.filter(community=demo).exclude(handler=None).count() == 12
    assert Handler.objects.filter(community=demo).count() == 7


def test_steps_follow_the_table_of_moves(demo):
    for row in Incident.objects.filter(community=demo).prefetch_related("steps"):
        state, last = "", row.reported_at
        for step in row.steps.all():
            known = MOVES[step.move]
            assert step.from_state == state
            assert state in known.sources or step.move == "report"
            assert step.to_state == known.target
            assert step.at >= last
            state, last = step.to_state, step.at
        assert (row.state, row.version) == (state, row.steps.count())


def test_limits_are_those_of_the_categories(demo):
    for row in Incident.objects.filter(community=demo).select_related("category"):
        assert (row.due_at is not None) == (row.state in OPEN_STATES)
        if row.state == "handled":
            assert row.due_at == work_deadline(row.handled_at, row.category.check_hours)


def test_figures_count_them(demo):
    found = figures(Scope(demo.pk), TODAY)
    assert found["grid.incidents_open"].value == 22
    assert found["grid.incidents_closed"].value == 5
    assert 0 < found["grid.incidents_closed_in_time_share"].value <= 100
