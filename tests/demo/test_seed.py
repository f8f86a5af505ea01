"""What `make run` finds at its first start: a community with the figures of a real one."""

import datetime as dt
import io
import re

import pytest

from grids.models import Building, Community, DwellingUse, GridCell
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role
from portal.core.access import access_of
from portal.core.audit import verify_logs
from portal.core.indicators import Scope, figures
from portal.core.models import ChangeLog
from portal.demo.seed import _places, seed_demo
from residents.models import CareTag, Household, Resident, Stay
from tests.demo.conftest import TODAY

FACTS = {
    "place.buildings": 88,
    "place.dwellings": 4046,
    "place.dwellings_vacant": 4046 - 3127,
    "place.cells": 15,
    "population.residents": 7067,
    "population.households": 3127,
    "population.elders_60": 1168,
    "population.elders_60_share": 16.5,
    "population.disabled": 180,
    "population.low_income": 212,
    "population.living_alone": 190,
    "party.members": 178,
    "party.branch": 29,
    "party.in_service": 80,
    "party.retired": 69,
}
ATTENTION = {
    "attention.no_number": 23,
    "attention.other_number": 4,
    "attention.duplicates": 6,
    "attention.no_head": 3,
    "attention.no_cell": 0,
}


def values(demo, day, codes):
    return {code: figure.value for code, figure in figures(Scope(demo.pk), day, codes).items()}


@pytest.mark.parametrize("day", [TODAY, TODAY + dt.timedelta(days=365), dt.date(2028, 12, 31)])
def test_the_figures_are_those_of_the_facts(demo, day):
    assert values(demo, day, list(FACTS)) == FACTS


def test_there_is_something_to_attend_to(demo):
    assert values(demo, TODAY, list(ATTENTION)) == ATTENTION


def test_households_stand_in_dwellings_of_their_cell(demo):
    for household in Household.objects.select_related("dwelling").exclude(head=None)[:200]:
        assert household.addr_key == household.dwelling.addr_key
        assert household.cell_id == household.dwelling.cell_id
        assert household.head.household_id == household.pk


def test_every_disability_has_its_category_and_grade(demo):
    tags = CareTag.objects.filter(kind="disability", to_on=None)
    assert not tags.filter(category="").exists()
    assert not tags.filter(grade="").exists()


def test_people_live_in_one_place_at_a_time(demo):
    assert Stay.objects.filter(to_on=None).count() == Resident.objects.living().count()
    assert not Stay.objects.filter(to_on=None, household__closed_on__isnull=False).exists()


def test_numbers_are_sealed_and_masked(demo):
    person = Resident.objects.exclude(id_mask="").exclude(phone_mask="").first()
    assert person.id_mask == "150399************"
    assert person.id_number.startswith("150399")
    assert re.fullmatch(r"1\d\d\*{4}\d{4}", person.phone_mask)
    assert person.phone.endswith(person.phone_tail)


def test_places_are_told_apart(demo):
    kinds = GridCell.objects.filter(community=demo).values_list("kind", flat=True)
    assert sorted(set(kinds)) == ["area", "industry", "unit"]
    assert GridCell.objects.exclude(parent=None).count() == 2
    assert Building.objects.get(number="1").aliases == ["老粮站楼"]
    assert set(demo.dwellings.values_list("use", flat=True)) == set(DwellingUse.values) - {"other"}


def test_the_seed_is_in_the_log_without_values(demo):
    rows = ChangeLog.objects.filter(tenant=demo.pk)
    done = list(dict.fromkeys(rows.order_by("seq").values_list("action", flat=True)))
    assert done[:2] == ["community_seed", "staff_create"]
    assert "incidents_seed" in done
    assert rows.order_by("seq")[0].after["resident"] == Resident.objects.count()
    assert verify_logs() == []


def test_everybody_can_sign_in_with_what_was_printed(demo, seeded):
    printed = dict(re.findall(r"^  (\w+) +(\S{14}) ", seeded, re.MULTILINE))
    named = {"director", "clerk", "party", "doctor", "guard", "street", "auditor", "admin"}
    assert set(printed) == named | {f"leader{n}" for n in range(1, 12)}
    for user in User.objects.all():
        assert user.check_password(printed[user.username])
        assert printed[user.username] not in user.password


def test_leaders_have_their_cell_and_the_street_its_communities(demo, seeded):
    leader = Membership.objects.get(user__username="leader7")
    assert [cell.number for cell in leader.cells.all()] == [7]
    street = User.objects.get(username="street")
    assert list(access_of(street).names) == [demo.pk]
    assert Membership.objects.get(user=street).role == Role.STREET


def test_a_second_start_changes_and_prints_nothing(demo):
    out, before = io.StringIO(), Resident.objects.count()
    seed_demo(scale=1, out=out, today=TODAY)
    assert out.getvalue() == ""
    assert Resident.objects.count() == before


def test_many_communities_have_codes_of_several_streets(db):
    places = [_places(number) for number in (0, 19, 20, 99)]
    codes = ["150399001001", "150399001020", "150399002001", "150399005020"]
    assert [community.code for _, community in places] == codes
    assert Community.objects.values("name").distinct().count() == 4
