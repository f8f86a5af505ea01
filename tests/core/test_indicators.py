"""The registry: one declaration gives the number and its rows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.errors import NotAllowed, OutOfScope
from portal.core.indicators import (
    CATALOGUE,
    Rows,
    Scope,
    figure_rows,
    figures,
    figures_by_tenant,
    indicator,
    indicator_named,
    indicators,
    rows_for,
    scope_of,
)
from residents.models import Resident
from tests.people import make_building, make_dwelling, make_household, make_resident

ON = dt.date(2026, 11, 22)
EVERY_CODE = [known.code for series in (CATALOGUE, "pyramid", "attention")
              for known in indicators(series)]  # fmt: skip


@pytest.fixture
def two_cells(community, cell_a, cell_b):
    """Two people in cell A, one in cell B, one in no cell."""
    for number, cell, names in (("1", cell_a, "甲乙"), ("2", cell_b, "丙"), ("3", None, "丁")):
        household = make_household(make_dwelling(make_building(community, number, cell)))
        for name in names:
            make_resident(household, name=f"王{name}")


def names(rows):
    return sorted(rows.values_list("name", flat=True))


def test_the_number_is_the_count_of_its_rows(two_cells, community):
    for code in EVERY_CODE:
        figure = figures(Scope(community.pk), ON, [code])[code]
        if not figure.indicator.share_of:
            assert figure.value == figure_rows(code, Scope(community.pk), ON).count(), code


def test_parts_are_counted_by_cell_and_sum_up(two_cells, community, cell_a, cell_b):
    figure = figures(Scope(community.pk), ON, by_part=True)["population.residents"]
    assert figure.parts == {cell_a.pk: 2, cell_b.pk: 1, None: 1}
    assert figure.value == 4


def test_a_scope_of_parts_counts_only_these(two_cells, community, cell_a):
    scope = Scope(community.pk, frozenset({cell_a.pk}))
    assert figures(scope, ON)["population.residents"].value == 2
    assert names(figure_rows("population.residents", scope, ON)) == ["王乙", "王甲"]


def test_rows_without_a_part_can_be_asked_for(two_cells, community):
    scope = Scope(community.pk, frozenset({None}))
    assert names(figure_rows("population.residents", scope, ON)) == ["王丁"]


def test_another_tenant_is_never_counted(two_cells, community, other_community):
    answer = figures_by_tenant([community.pk, other_community.pk], ON, ["population.residents"])
    assert {key: row["population.residents"].value for key, row in answer.items()} == {
        community.pk: 4, other_community.pk: 0,
    }  # fmt: skip
    assert figures(Scope(other_community.pk), ON)["population.residents"].value == 0


def test_comparing_tenants_agrees_with_each_one(two_cells, community, other_community):
    make_resident(make_household(make_dwelling(make_building(other_community))), name="李外")
    together = figures_by_tenant([community.pk, other_community.pk], ON)
    for tenant in (community.pk, other_community.pk):
        alone = figures(Scope(tenant), ON)
        assert {c: f.value for c, f in together[tenant].items()} == {
            c: f.value for c, f in alone.items()
        }


def test_a_share_of_nobody_is_no_number(community):
    assert figures(Scope(community.pk), ON)["population.elders_60_share"].value is None


def test_the_number_of_statements_does_not_grow(two_cells, community, cell_a):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            figures(Scope(community.pk), ON, EVERY_CODE, by_part=True)
        return len(queries)

    before = statements()
    household = make_household(make_dwelling(make_building(community, "9", cell_a)))
    for number in range(30):
        make_resident(household, name=f"赵{number}")
    assert statements() == before <= 26


def test_codes_are_unique():
    with pytest.raises(ValueError, match="registered twice"):
        indicator(
            code="population.residents", name="", unit="", definition="", source="", opens="",
            permission="",
        )(lambda scope, on: Rows(Resident.objects.none()))  # fmt: skip


def test_every_indicator_says_what_it_is():
    for code in EVERY_CODE:
        known = indicator_named(code)
        assert all((known.name, known.unit, known.definition, known.source, known.opens))


# --- Opening the rows


def test_a_leader_opens_the_rows_of_the_own_cell(two_cells, community, leader_a, cell_b):
    rows = rows_for(leader_a, "population.residents", community.pk, ON)
    assert names(rows) == ["王乙", "王甲"]
    with pytest.raises(OutOfScope):
        rows_for(leader_a, "population.residents", community.pk, ON, str(cell_b.pk))


@pytest.mark.parametrize(
    ("part", "found"), [("none", ["王丁"]), ("", ["王丁", "王丙", "王乙", "王甲"])]
)
def test_a_director_opens_the_rows_of_a_part(two_cells, community, director, part, found):
    assert names(rows_for(director, "population.residents", community.pk, ON, part)) == found


def test_a_part_that_is_no_id_is_not_found(community, director):
    with pytest.raises(OutOfScope):
        rows_for(director, "population.residents", community.pk, ON, "x'--")


def test_street_people_count_but_do_not_open(two_cells, community, street):
    assert scope_of(street, "FIGURES_VIEW", community.pk) == Scope(community.pk)
    with pytest.raises(NotAllowed):
        rows_for(street, "population.residents", community.pk, ON)


def test_rows_of_a_class_need_its_permission(two_cells, community, party_clerk, clerk):
    for code in ("population.disabled", "population.minors", "population.low_income"):
        with pytest.raises(NotAllowed):
            rows_for(party_clerk, code, community.pk, ON)
    for code in ("party.members", "party.branch", "party.floating"):
        with pytest.raises(NotAllowed):
            rows_for(clerk, code, community.pk, ON)


def test_scope_of_nobody_and_of_no_tenant(community, outsider, director):
    assert scope_of(outsider, "FIGURES_VIEW", community.pk) is None
    assert scope_of(director, "FIGURES_VIEW", None) is None
