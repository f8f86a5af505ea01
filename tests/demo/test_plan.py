"""The invented families: right in number on any day, and consistent with each other."""

import datetime as dt
from collections import Counter

import pytest

from portal.demo import estate
from portal.demo.families import PHONE_PREFIXES
from portal.demo.people import Community
from residents import idnumbers, names, phones
from residents.models import CareKind, PartyKind, Residence

CODE = "150399001001"


@pytest.fixture(scope="module")
def plan():
    return Community(CODE, dt.date(2026, 11, 22))


def age_on(person, day):
    before = (day.month, day.day) < (person.born_on.month, person.born_on.day)
    return day.year - person.born_on.year - before


@pytest.mark.parametrize(
    "today", [dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2030, 12, 31)]
)
def test_figures_do_not_depend_on_the_day(today):
    people = Community(CODE, today).people()
    tags = Counter(tag[0] for person in people for tag in person.tags if tag[4] is None)
    party = Counter(person.party[0] for person in people if person.party)

    assert len(people) == 7067
    assert sum(age_on(person, today) >= 60 for person in people) == 1168
    assert tags[CareKind.DISABILITY] == 180
    assert tags[CareKind.LOW_INCOME] == 212
    assert party == {PartyKind.BRANCH: 29, PartyKind.IN_SERVICE: 80, PartyKind.RETIRED: 69}


def test_nobody_turns_sixty_for_two_years(plan):
    day = dt.date(2028, 12, 31)
    assert sum(age_on(person, day) >= 60 for person in plan.people()) == 1168


def test_the_same_day_gives_the_same_people(plan):
    again = Community(CODE, plan.today)
    assert repr(again.families) == repr(plan.families)


def test_communities_differ(plan):
    other = Community("150399001002", plan.today)
    assert [p.name for p in plan.people()][:50] != [p.name for p in other.people()][:50]


def test_numbers_belong_to_their_people_and_to_no_division(plan):
    people = [p for family in plan.families for p in family.members if len(p.id_number) == 18]
    for person in people:
        number = idnumbers.check(person.id_number, plan.today)
        assert (number.born_on, number.sex) == (person.born_on, person.sex)
        assert person.id_number.startswith("150399")
    assert len({p.id_number for p in people}) == len(people)


def test_telephones_reach_nobody(plan):
    for person in plan.people():
        if person.phone:
            assert phones.parse(person.phone).value == person.phone
            assert person.phone.startswith(PHONE_PREFIXES)


def test_names_are_as_the_register_writes_them(plan):
    people = plan.people()
    assert all(names.normalise(person.name) == person.name for person in people)
    assert any("·" in person.name for person in people)
    assert any(ord(max(person.name)) > 0xFFFF for person in people)
    assert {names.surname(p.name) for p in people} >= {"欧阳", "曾", "单"}


def test_families_fit_together(plan):
    for family in [*plan.families, *plan.left]:
        head = family.members[0]
        for person in family.members[1:]:
            years = person.born_on.year - head.born_on.year
            if person.relation in ("11", "12"):
                assert person.sex != head.sex, family
                assert {head.marital, person.marital} <= {"20", "22", "30"}, family
                assert abs(years) <= 12, family
            elif person.relation in ("51", "52", "53", "54", "55", "56"):
                assert 18 <= -years <= 45 or person.relation >= "53", family
            elif person.relation.startswith(("2", "3")):
                assert 18 <= years <= 45, family


def test_the_young_are_not_married_nor_graduated(plan):
    for person in plan.people():
        age = plan.today.year - person.born_on.year
        if age < 18:
            assert person.marital == "10"
            assert person.education in ("", "60", "70", "80")
            assert person.party is None


def test_those_who_left_or_live_elsewhere_are_there_and_not_counted(plan):
    everybody = [p for f in [*plan.families, *plan.left] for p in f.members]
    living = set(map(id, plan.people()))
    rest = [p for p in everybody if id(p) not in living]
    assert len(rest) > 100
    assert all(p.gone or p.residence == Residence.AWAY_OUT for p in rest)
    assert all(p.gone[1] <= plan.today for p in rest if p.gone)


def test_the_estate_has_its_buildings_and_dwellings():
    blocks = estate.blocks()
    rooms = [key for block in blocks for *_, key, _ in block.rooms()]
    assert len(blocks) == 88
    assert len(set(rooms)) == len(rooms) == 4046
    assert Counter(block.cell for block in blocks) == dict.fromkeys(range(1, 12), 8)
