"""Lists: what they show, to whom, in how many queries."""

import datetime as dt

import pytest
from django.urls import reverse

from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
)

RESIDENTS = reverse("core:list", args=["residents"])


@pytest.fixture
def people(community, cell_a, cell_b):
    """Two buildings in two cells, two people in each."""
    first = make_household(make_dwelling(make_building(community, "3", cell_a)))
    second = make_household(make_dwelling(make_building(community, "12", cell_b), "1", "102"))
    return [
        make_resident(first, "王丽涛", "2", dt.date(1950, 1, 2), phone="13800005678"),
        make_resident(first, "李<b>强</b>", "1", dt.date(1990, 1, 2)),
        make_resident(second, "张小明", "1", dt.date(2015, 6, 1)),
        make_resident(second, "欧阳海", "1", dt.date(1985, 6, 1), status="moved"),
    ]


def names(response):
    return [row[1] for row in response.context["page"].rows]


def test_list_shows_rows_of_the_tenant_by_address(director, people):
    response = client_of(director).get(RESIDENTS)
    assert names(response) == ["王丽涛", "李<b>强</b>", "张小明"]
