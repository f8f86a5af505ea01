"""The load of the cells, and the proposal by page."""

import pytest

from grids.models import Building
from residents.workload import loads_of
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

URL = "/people/workload/"


@pytest.fixture
def lopsided(community, cell_a, cell_b):
    """Six buildings with two households each, all in cell A."""
    for number in range(1, 7):
        building = make_building(community, str(number), cell_a)
        for room in ("101", "201"):
            make_resident(make_household(make_dwelling(building, room=room)))


def test_loads_are_counted_by_cell(community, cell_a, cell_b, lopsided, day):
    _, loads = loads_of(community, day)
    assert [(load.cell, load.households) for load in loads] == [(cell_a, 12), (cell_b, 0)]
    assert loads[0].verdict == "少于 300 户"


@pytest.mark.parametrize("url", [URL, "/people/visits/hand-overs/"])
def test_a_community_without_cells_is_told_where_to_begin(director, url):
    page = client_of(director).get(url).content.decode()
    assert "去建立网格" in page
    assert "<table" not in page
    assert "已经均衡" not in page


def test_workload_changes_nothing_until_it_is_asked_to(director, lopsided, cell_a, cell_b):
    client = client_of(director)
    page = client.get(URL, {"count": 2})
    division = page.context["division"]
    assert sorted(after for _, _, after in division.rows) == [6, 6]
    assert not Building.objects.filter(cell=cell_b).exists()
    client.post(URL, {"count": 2, "digest": division.digest})
    assert Building.objects.filter(cell=cell_b).count() == 3


def test_a_proposal_that_is_no_longer_true_is_not_carried_out(director, community, lopsided, cell_a,
                                                              cell_b):  # fmt: skip
    client = client_of(director)
    digest = client.get(URL, {"count": 2}).context["division"].digest
    for room in ("301", "401", "501", "601"):
        make_household(make_dwelling(Building.objects.get(number="6"), room=room))
    answer = client.post(URL, {"count": 2, "digest": digest})
    assert "请再核对" in answer.content.decode()
    assert not Building.objects.filter(cell=cell_b).exists()


def test_workload_costs_the_same_for_many_buildings(director, community, lopsided, cell_a,
                                                    django_assert_max_num_queries):  # fmt: skip
    client = client_of(director)
    client.get(URL)
    with django_assert_max_num_queries(20) as few:
        client.get(URL)
    for number in range(10, 30):
        make_household(make_dwelling(make_building(community, str(number), cell_a)))
    with django_assert_max_num_queries(len(few)):
        client.get(URL)


@pytest.fixture
def day():
    from django.utils import timezone

    return timezone.localdate()
