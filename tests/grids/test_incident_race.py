"""Many at once, on real transactions: numbers stay apart, one move wins, nothing is lost."""

import pytest

from grids.actions import incident_link_create, incident_move
from grids.models import Incident, IncidentStep
from portal.core.audit import verify_logs
from tests.grids.incidents import make_category, make_handler, make_incident, report
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def merge(by, row, into):
    return incident_move(by=by, incident=row, version=1, move="merge", values={"into": into})


def test_reports_at_once_get_numbers_of_their_own(clerk, director, community):
    calls = [lambda by=by: report(by, community) for by in (clerk, director) * 4]
    results = at_once(*calls)
    assert [r for r in results if not isinstance(r, Incident)] == []
    assert len({r.number for r in results}) == 8
    assert IncidentStep.objects.count() == 8
    assert verify_logs() == []


def test_splits_and_reports_at_once_end_without_a_deadlock(clerk, director, community):
    wholes = [make_incident(community) for _ in range(3)]
    parts = {"parts": [{"text": "甲"}, {"text": "乙"}]}
    calls = [
        lambda row=row: incident_move(by=clerk, incident=row, version=1, move="split", values=parts)
        for row in wholes
    ] + [lambda: report(director, community)] * 3
    results = at_once(*calls)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert Incident.objects.values("number").distinct().count() == 3 + 6 + 3


def test_one_of_two_moves_wins_and_the_other_is_told(clerk, director, community):
    row = make_incident(community)
    values = [{"category": make_category(community)} for _ in range(2)]
    results = at_once(*[
        lambda by=by, v=v: incident_move(by=by, incident=row, version=1, move="accept", values=v)
        for by, v in zip((clerk, director), values, strict=True)
    ])  # fmt: skip
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "Incident"]
    assert row.steps.count() == 1


def test_two_merged_into_each_other_do_not_both_vanish(clerk, director, community):
    one, two = make_incident(community), make_incident(community)
    results = at_once(
        lambda: merge(clerk, one, two),
        lambda: merge(director, two, one),
    )
    assert sum(isinstance(r, Incident) for r in results) == 1
    assert Incident.objects.filter(state="merged").count() == 1


def test_two_links_at_once_leave_one_in_force(clerk, director, community):
    row = make_incident(community, "dispatched", handler=make_handler(community))
    at_once(*[lambda by=by: incident_link_create(by=by, incident=row) for by in (clerk, director)])
    assert row.links.filter(ended_at=None).count() == 1
