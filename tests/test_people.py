"""The invented people are what the other tests take them for."""

import datetime as dt

import pytest

from portal.core.access import access_of
from residents import idnumbers
from residents.models import Resident
from tests.people import (
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_leader_sees_the_own_cell_only(leader_a, leader_b, cell_a, cell_b, community):
    for number, cell in (("3", cell_a), ("4", cell_b)):
        household = make_household(make_dwelling(make_building(community, number, cell)))
        make_resident(household, name=f"王{number}", phone="13800000000")
    assert [r.name for r in Resident.objects.visible_to(leader_a)] == ["王3"]
    assert [r.name for r in Resident.objects.visible_to(leader_b)] == ["王4"]


def test_make_resident_seals_what_it_is_given(community):
    number = make_id_number(dt.date(1950, 2, 28), "2")
    household = make_household(make_dwelling(make_building(community)))
    resident = make_resident(household, id_number=number, phone="138 0000 0001")
    assert (resident.id_number, resident.phone) == (number, "13800000001")
    assert resident.stays.count() == 1


def test_make_id_number_passes_its_check():
    number = idnumbers.check(make_id_number(dt.date(1988, 7, 1), "2", serial=7))
    assert (number.born_on, number.sex) == (dt.date(1988, 7, 1), "2")


def test_outsider_may_do_nothing(outsider):
    assert access_of(outsider).grants == ()


def test_street_reaches_the_communities_of_its_street(street, community, other_community):
    assert access_of(street).tenants("FIGURES_VIEW") == [community.pk]


def test_make_user_without_community_is_for_roles_without_one(db):
    assert access_of(make_user("admin")).can("STAFF_VIEW")
