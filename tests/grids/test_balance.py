"""Balanced cells: whole, neighbouring, and moved by one action."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from grids import actions
from grids.balance import Block, balance, count_fitting, is_whole, neighbours
from grids.geometry import around
from grids.models import Building, GridCell, PlanShape
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from residents.models import Household, Resident
from tests.people import (
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_resident,
)


def square(x, y, side=12):
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def street(loads, cell_of=lambda n: None, geometry=lambda n: square(n % 8 * 40, n // 8 * 40)):
    return [Block(n, load, cell_of(n), geometry(n)) for n, load in enumerate(loads)]


def groups(proposal) -> dict:
    found: dict = {}
    for key, cell in proposal.cells.items():
        found.setdefault(cell, set()).add(key)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 120), min_size=4, max_size=40), st.integers(1, 6))
@example([0, 0, 2, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], 3)
def test_every_cell_hangs_together_and_every_building_has_one(loads, count):
    count = min(count, len(loads))
    blocks = street(loads, cell_of=lambda n: "ABC"[n % 3])
    proposal = balance(blocks, ["A", "B", "C"], count)
    links = neighbours(blocks)
    assert set(proposal.cells) == set(range(len(loads)))
    assert all(is_whole(keys, links) for keys in groups(proposal).values())
    assert sum(proposal.loads.values()) == sum(loads)


def test_neighbours_do_not_depend_on_the_order_of_the_buildings():
    blocks = street([1] * 20)
    assert neighbours(blocks) == neighbours(blocks[::-1])


def test_equal_buildings_are_divided_evenly():
    proposal = balance(street([40] * 32, cell_of=lambda n: "A"), ["A"], 4)
    assert sorted(proposal.loads.values()) == [320, 320, 320, 320]
    assert "A" in proposal.loads  # the known cell keeps a part, the others are new
    assert set(proposal.loads) - {"A"} == {1, 2, 3}


def test_what_is_balanced_stays_as_it_is():
    proposal = balance(street([40] * 16, cell_of=lambda n: "AB"[n % 8 // 4]), ["A", "B"], 2)
    assert proposal.moved == 0


def test_buildings_without_an_outline_are_divided_by_their_numbers():
    proposal = balance(street([50] * 12, geometry=lambda n: None), [], 2)
    assert sorted(proposal.loads.values()) == [300, 300]


def test_the_same_question_has_the_same_answer():
    blocks = street([17, 90, 33, 41, 8, 64, 29, 55, 71], cell_of=lambda n: "AB"[n % 2])
    assert balance(blocks, ["A", "B"], 3) == balance(blocks[::-1], ["A", "B"], 3)


@pytest.mark.parametrize(
    ("total", "present", "count"),
    [(3127, 11, 9), (3127, 8, 8), (3127, 3, 7), (100, 1, 1), (0, 4, 1)],
)
def test_the_count_that_brings_the_mean_within_bounds(total, present, count):
    assert count_fitting(total, present) == count


# --- The action


@pytest.fixture
def estate(community, cell_a, cell_b):
    """Three buildings with a household each, all in cell A; A has an outline."""
    buildings = [make_building(community, str(n), cell_a) for n in (1, 2, 3)]
    for number, building in enumerate(buildings):
        make_resident(make_household(make_dwelling(building)), name=f"住户{number}")
    return buildings


def test_cells_rebalance_moves_whole_buildings_with_their_people(director, community, cell_a,
                                                                 cell_b, estate):  # fmt: skip
    actions.shape_save(by=director, community=community, kind="building", building=estate[0],
                       geometry=square(50, 50))  # fmt: skip
    actions.shape_save(by=director, community=community, kind="cell", cell=cell_a,
                       geometry=square(0, 0, 300))  # fmt: skip
    moves = {estate[1].pk: cell_b.pk, estate[2].pk: 1}
    assert actions.cells_rebalance(by=director, community=community, moves=moves) == 2
    made = GridCell.objects.exclude(pk__in=[cell_a.pk, cell_b.pk]).get()
    assert (made.number, made.name) == (3, "第3网格")
    cells = dict(Building.objects.values_list("number", "cell_id"))
    assert cells == {"1": cell_a.pk, "2": cell_b.pk, "3": made.pk}
    homes = Household.objects.values_list("dwelling__building__number", "cell_id")
    assert dict(homes) == cells
    assert set(Resident.objects.values_list("cell_id", flat=True)) == set(cells.values())
    outline = PlanShape.objects.get(cell=cell_a).geometry["coordinates"][0]
    assert max(x for x, _ in outline) < 120  # drawn anew around the building that is left
    assert ChangeLog.objects.filter(action="building_assign_cell").count() == 2


def test_an_outline_bridges_a_gap_and_goes_round_what_is_not_its_own():
    """Two buildings a road apart, and another cell's at the side of the road."""
    own, other = [square(0, 0), square(0, 90)], square(8, 40, 30)
    outline = shape(around(own, 1000, 700, [other]))
    assert all(outline.covers(shape(one)) for one in own)
    assert outline.disjoint(shape(other))


def test_cells_rebalance_takes_the_outline_of_an_emptied_cell_away(
    director, community, cell_a, cell_b, estate
):
    for cell, left in ((cell_a, 0), (cell_b, 400)):
        actions.shape_save(by=director, community=community, kind="cell", cell=cell,
                           geometry=square(left, 0, 300))  # fmt: skip
    moves = {building.pk: cell_b.pk for building in estate}
    actions.cells_rebalance(by=director, community=community, moves=moves)
    assert [row.cell for row in PlanShape.objects.filter(kind="cell")] == [cell_b]


def test_cells_rebalance_locks_what_it_moves_before_it_holds_the_log(
    director, community, cell_b, estate, django_assert_max_num_queries
):
    """Whoever visits a household or moves an incident holds its row and waits for the log."""
    moves = {building.pk: cell_b.pk for building in estate}
    with django_assert_max_num_queries(400) as asked:
        actions.cells_rebalance(by=director, community=community, moves=moves)
    said = [query["sql"] for query in asked.captured_queries]
    first = next(number for number, sql in enumerate(said) if "core_loghead" in sql)
    reads = [sql.partition(" FROM ")[2] for sql in said[:first] if sql.startswith("SELECT")]
    read = {rest.split()[0] for rest in reads if rest}
    for table in ("grids_incident", "residents_household", "residents_visittask"):
        assert f'"{table}"' in read


def test_cells_rebalance_is_all_or_nothing(director, community, cell_b, estate, other_community):
    foreign = make_building(other_community, "9")
    closed = make_cell(community, 8, valid_to="2026-01-01")
    for moves in ({estate[0].pk: cell_b.pk, foreign.pk: cell_b.pk},
                  {estate[0].pk: cell_b.pk, estate[1].pk: closed.pk}):  # fmt: skip
        with pytest.raises(DomainError):
            actions.cells_rebalance(by=director, community=community, moves=moves)
    assert not Building.objects.filter(cell=cell_b).exists()


def test_cells_rebalance_is_for_those_who_keep_the_places(leader_a, director, cell_b, community):
    with pytest.raises(NotAllowed):
        actions.cells_rebalance(by=leader_a, community=community, moves={})
    other = make_community("150399001002", "另一社区")
    foreign = make_building(other, "1", make_cell(other, 1))
    with pytest.raises((OutOfScope, DomainError)):
        actions.cells_rebalance(by=director, community=other,
                                moves={foreign.pk: make_cell(other, 2).pk})  # fmt: skip
