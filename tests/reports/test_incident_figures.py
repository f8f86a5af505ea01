"""Figures of incidents: the number is the count of its rows, also of days gone by."""

import datetime as dt

import pytest

from grids.models import IncidentStep
from portal.core.indicators import Scope, figure_rows, figures, rows_for
from portal.core.workdays import zone
from tests.grids.incidents import make_incident
from tests.people import client_of

pytestmark = pytest.mark.django_db
OPEN, CLOSED = "grid.incidents_open", "grid.incidents_closed"
IN_TIME, SHARE = "grid.incidents_closed_in_time", "grid.incidents_closed_in_time_share"
TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *a: TODAY)


def at(day, hour=9):
    return dt.datetime(2026, *day, hour, tzinfo=zone())


def value(community, code, on=TODAY):
    return figures(Scope(community.pk), on, [code])[code].value


def test_open_ones_are_those_of_the_open_states(community, other_community):
    for state in ("reported", "accepted", "dispatched", "handling", "handled"):
        make_incident(community, state, reported_at=at((11, 1)))
    for state in ("closed", "rejected", "merged", "split"):
        make_incident(community, state, reported_at=at((11, 1)))
    make_incident(other_community)
    assert value(community, OPEN) == 5 == figure_rows(OPEN, Scope(community.pk), TODAY).count()


def test_a_day_gone_by_is_told_from_the_steps(community):
    """Reported on the 2nd, closed on the 5th, opened again on the 8th, closed on the 9th."""
    row = make_incident(community, "closed", reported_at=at((11, 2)), closed_at=at((11, 9)))
    for day, move, state in ((2, "report", "reported"), (5, "close", "closed"),
                             (8, "reopen", "accepted"), (9, "close", "closed")):  # fmt: skip
        IncidentStep.objects.create(incident=row, move=move, to_state=state, at=at((11, day)))
    days = [value(community, OPEN, dt.date(2026, 11, n)) for n in range(1, 11)]
    assert days == [0, 1, 1, 1, 0, 0, 0, 1, 0, 0]
    assert value(community, OPEN) == 0


def test_the_share_is_of_what_was_closed_this_year(community):
    def closed(day, in_time, year=2026):
        make_incident(community, "closed", closed_at=at(day).replace(year=year), is_in_time=in_time)

    assert value(community, SHARE) is None
    for day, in_time in (((1, 1), True), ((6, 30), False), ((11, 20), True)):
        closed(day, in_time)
    closed((12, 31), False, 2025)
    closed((11, 21), False)
    make_incident(community, "handled", is_in_time=False)
    assert (value(community, CLOSED), value(community, IN_TIME)) == (3, 2)
    assert value(community, SHARE) == 66.7


def test_a_figure_opens_its_rows(director, community):
    rows = [make_incident(community, "closed", closed_at=at((3, 3)), is_in_time=n < 2)
            for n in range(3)]  # fmt: skip
    page = client_of(director).get(f"/lists/incidents/?figure={IN_TIME}&on=2026-11-20")
    html = page.content.decode()
    assert [f">{row.number}<" in html for row in rows] == [True, True, False]
    assert rows_for(director, SHARE, community.pk, TODAY).count() == 2


def test_a_leader_counts_the_own_cells(leader_a, community, cell_a, cell_b):
    for cell in (cell_a, cell_b, cell_b):
        make_incident(community, cell=cell, reported_at=at((11, 1)))
    by_part = figures(Scope(community.pk), TODAY, [OPEN], by_part=True)[OPEN].parts
    assert by_part == {cell_a.pk: 1, cell_b.pk: 2}
    assert rows_for(leader_a, OPEN, community.pk, TODAY, str(cell_a.pk)).count() == 1
