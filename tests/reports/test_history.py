"""Births, deaths and moves through their actions: what the figures say on each day."""

import datetime as dt

import pytest

from portal.core.indicators import Scope, figure_rows, figures
from residents.actions import (
    birth_record,
    event_correct,
    resident_create,
    resident_death,
    resident_move_out,
    resident_move_within,
    resident_residence_change,
)
from residents.models import LifeEvent, Resident
from tests.people import make_building, make_dwelling, make_household

DAY = dt.timedelta(days=1)
ON = dt.date(2026, 5, 10)


@pytest.fixture
def homes(community, cell_a, cell_b):
    """A home in each of two cells."""
    return [
        make_household(make_dwelling(make_building(community, number, cell)))
        for number, cell in (("1", cell_a), ("2", cell_b))
    ]


@pytest.fixture
def resident(director, homes):
    return resident_create(by=director, household=homes[0], values={
        "name": "王小明", "born_on": dt.date(1950, 1, 1), "sex": "1", "relation": "02",
    })  # fmt: skip


def told(community, on, code="population.residents"):
    """{cell: number} of a day; the number is checked against the rows."""
    scope = Scope(community.pk)
    figure = figures(scope, on, [code], by_part=True)[code]
    assert figure.value == sum(figure.parts.values()) == figure_rows(code, scope, on).count()
    return figure.parts


@pytest.mark.parametrize("leave", [resident_death, resident_move_out])
def test_who_dies_or_leaves_counts_until_the_day_before(
    community, cell_a, director, resident, leave
):
    leave(by=director, resident=resident, version=resident.version, on=ON)
    assert told(community, ON - DAY) == {cell_a.pk: 1}
    assert told(community, ON) == {}


def test_a_move_leaves_history_in_the_old_cell(
    community, cell_a, cell_b, director, resident, homes
):
    resident_move_within(by=director, resident=resident, version=resident.version,
                         household=homes[1], on=ON, relation="02")  # fmt: skip
    assert told(community, ON - DAY) == {cell_a.pk: 1}
    assert told(community, ON) == {cell_b.pk: 1}
    assert told(community, ON, "population.households") == {cell_b.pk: 1}


def test_a_child_counts_from_its_day_of_birth(community, cell_a, director, resident, homes):
    birth_record(by=director, household=homes[0], values={
        "name": "王小小", "born_on": ON, "sex": "2", "relation": "20",
    })  # fmt: skip
    assert told(community, ON - DAY, "population.minors") == {cell_a.pk: 0}
    assert told(community, ON, "population.minors") == {cell_a.pk: 1}


def test_who_is_only_registered_here_stops_counting(community, cell_a, director, resident):
    resident_residence_change(by=director, resident=resident, version=resident.version,
                              residence="away_out", on=ON)  # fmt: skip
    assert told(community, ON - DAY) == {cell_a.pk: 1}
    assert told(community, ON) == {cell_a.pk: 0}
    assert told(community, ON, "population.registered_away") == {cell_a.pk: 1}


def test_a_record_taken_back_never_was(community, cell_a, director, resident):
    resident_death(by=director, resident=resident, version=resident.version, on=ON)
    version = Resident.objects.get().version
    event_correct(by=director, event=LifeEvent.objects.get(kind="death"), version=version,
                  note="记错了人")  # fmt: skip
    for on in (ON - DAY, ON, ON + DAY):
        assert told(community, on) == {cell_a.pk: 1}


def test_moving_twice_on_one_day_counts_once(community, cell_a, director, resident, homes):
    for home in (homes[1], homes[0]):
        stored = Resident.objects.get()
        resident_move_within(by=director, resident=stored, version=stored.version, household=home,
                             on=ON, relation="02")  # fmt: skip
    for on in (ON - DAY, ON, ON + DAY):
        assert told(community, on) == {cell_a.pk: 1}
