"""A home with a device in cell A, its leader and the others who hear of an alarm."""

import datetime as dt

import pytest

from tests.people import (
    make_api_client,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
)
from tests.services.rows import make_alarm, make_device


@pytest.fixture
def home(community, cell_a):
    household = make_household(make_dwelling(make_building(community, "3", cell_a)))
    person = make_resident(household, name="赵秀兰", sex="2", born_on=dt.date(1941, 3, 8),
                           relation="02", phone="13812345678")  # fmt: skip
    make_resident(household, name="王一诺", born_on=dt.date(2018, 1, 2), relation="42",
                  phone="13912345678")  # fmt: skip
    household.head = person
    household.save(update_fields=["head"])
    return household


@pytest.fixture
def device(home):
    return make_device(home, "A-1", spot="床头")


@pytest.fixture
def alarm(device):
    return make_alarm(device)


@pytest.fixture
def token(community):
    return make_api_client(community, "alarms:write")


@pytest.fixture
def phones(leader_a, leader_b, director, clerk):
    """Everybody has a telephone on which a message may come."""
    for number, user in enumerate((leader_a, leader_b, director, clerk)):
        user.work_phone = f"1380000000{number}"
        user.save(update_fields=["work_phone"])
