"""Clients of the REST interface and a few rows to read."""

import pytest
from django.test import Client

from tests.people import (
    make_api_client,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

SCOPES = ("figures", "places", "households", "residents")


def caller(community, *scopes):
    """A client whose every request carries a token of these scopes."""
    token = make_api_client(community, *(scopes or SCOPES))
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def api(community):
    return caller(community)


@pytest.fixture
def family(community, cell_a):
    """Two people in 3-2-501."""
    household = make_household(make_dwelling(make_building(community, "3", cell_a)))
    make_resident(household, name="王大山", relation="02", phone="13812345678",
                  id_number=make_id_number())  # fmt: skip
    make_resident(household, name="王小川", relation="20", sex="2")
    return household


@pytest.fixture
def strangers(other_community):
    """A family of the other community: the rows that could leak."""
    household = make_household(make_dwelling(make_building(other_community, "7")))
    make_resident(household, name="李外人")
    return household
