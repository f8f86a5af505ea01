"""What the figures of the first set count, and what they leave out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.indicators import Scope, figure_rows, figures
from residents.models import CareTag, PartyMember, Residence, Resident, Stay
from residents.reports import SEXES, band_code, years_before
from tests.people import (
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

ON = dt.date(2026, 11, 22)
BEFORE = ON - dt.timedelta(days=1)


def value(community, code, on=ON):
    return figures(Scope(community.pk), on, [code])[code].value


def names(community, code, on=ON):
    rows = figure_rows(code, Scope(community.pk), on)
    return set(rows.values_list("name", flat=True))


@pytest.fixture
def household(community, cell_a):
    return make_household(make_dwelling(make_building(community, "3", cell_a)))


def tag(resident, kind, **period):
    return CareTag.objects.create(
        community=resident.community, cell=resident.cell, resident=resident, kind=kind, **period
    )


def test_registered_elsewhere_counts_and_registered_only_does_not(community, household):
    for name, kind in zip("甲乙丙丁", Residence, strict=True):
        make_resident(household, name=f"王{name}", residence=kind)
    assert names(community, "population.residents") == {"王甲", "王乙", "王丁"}
    assert names(community, "population.floating") == {"王丁"}
    assert names(community, "population.registered_away") == {"王乙", "王丙"}


def test_a_household_counts_while_somebody_lives_in_it(community, household):
    empty = make_household(make_dwelling(household.dwelling.building, room="502"))
    make_resident(empty, name="王外", residence=Residence.AWAY_OUT)
    make_resident(household, name="王甲")
    make_resident(household, name="王乙")
    assert value(community, "population.households") == 1
    assert value(community, "place.dwellings_vacant") == 1
    assert figure_rows("place.dwellings_vacant", Scope(community.pk), ON).get() == empty.dwelling


def test_the_stay_of_the_day_decides(community, household):
    """Moved out on the day: the end day is no longer counted."""
    resident = make_resident(household, name="王走")
    Stay.objects.filter(resident=resident).update(to_on=ON)
    assert value(community, "population.residents", BEFORE) == 1
    assert value(community, "population.residents", ON) == 0


def test_nobody_counts_before_birth(community, household):
    make_resident(household, name="王新", born_on=ON)
    assert value(community, "population.residents", BEFORE) == 0
    assert value(community, "population.residents", ON) == 1


def test_history_stays_with_the_cell_of_the_time(community, household, cell_a, cell_b):
    resident = make_resident(household, name="王迁")
    Stay.objects.filter(resident=resident).update(to_on=ON)
    Stay.objects.create(
        community=community, cell=cell_b, resident=resident, household=household, from_on=ON
    )
    Resident.objects.filter(pk=resident.pk).update(cell=cell_b)
    code = "population.residents"
    assert figures(Scope(community.pk), BEFORE, [code], by_part=True)[code].parts == {cell_a.pk: 1}
    assert figures(Scope(community.pk), ON, [code], by_part=True)[code].parts == {cell_b.pk: 1}


@pytest.mark.parametrize(
    ("born_on", "on", "reached"),
    [
        (dt.date(1966, 11, 22), ON, True),
        (dt.date(1966, 11, 23), ON, False),
        (dt.date(1964, 2, 29), dt.date(2024, 2, 29), True),
        (dt.date(1964, 2, 29), dt.date(2024, 2, 28), False),
        (dt.date(1964, 2, 28), dt.date(2024, 2, 28), True),
    ],
)
def test_sixty_is_reached_on_the_birthday(community, household, born_on, on, reached):
    make_resident(household, born_on=born_on)
    assert value(community, "population.elders_60", on) == reached


def test_born_on_a_leap_day_is_seventy_on_the_first_of_march():
    assert dt.date(1956, 2, 29) > years_before(dt.date(2026, 2, 28), 70)
    assert dt.date(1956, 2, 29) <= years_before(dt.date(2026, 3, 1), 70)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.integers(0, 120))
def test_years_before_agrees_with_counting_birthdays(on, years):
    born = years_before(on, years)
    for day in (born, born + dt.timedelta(days=1)):
        had = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
        assert (had >= years) == (day <= born)


def test_elders_and_minors_by_age(community, household):
    for name, years in (("甲", 17), ("乙", 18), ("丙", 59), ("丁", 60), ("戊", 70), ("己", 80)):
        make_resident(household, name=f"王{name}", born_on=years_before(ON, years))
    assert names(community, "population.minors") == {"王甲"}
    assert names(community, "population.elders_60") == {"王丁", "王戊", "王己"}
    assert names(community, "population.elders_70") == {"王戊", "王己"}
    assert names(community, "population.elders_80") == {"王己"}
    assert value(community, "population.elders_60_share") == 50.0


def test_tags_count_while_they_are_valid(community, household):
    """One tag runs, one ended today, one begins tomorrow, one belongs to somebody away."""
    people = {n: make_resident(household, name=f"王{n}") for n in "甲乙丙"}
    people["丁"] = make_resident(household, name="王丁", residence=Residence.AWAY_OUT)
    tag(people["甲"], "low_income", from_on=ON)
    tag(people["乙"], "low_income", to_on=ON)
    tag(people["丙"], "low_income", from_on=ON + dt.timedelta(days=1))
    tag(people["丁"], "low_income")
    assert names(community, "population.low_income") == {"王甲"}
    assert names(community, "population.low_income", BEFORE) == {"王乙"}


def test_each_kind_of_tag_is_its_own_figure(community, household):
    for kind in ("disability", "living_alone", "low_income"):
        tag(make_resident(household, name=kind), kind)
    assert names(community, "population.disabled") == {"disability"}
    assert names(community, "population.living_alone") == {"living_alone"}
    assert names(community, "population.low_income") == {"low_income"}


def test_party_members_by_kind(community, household):
    for kind in ("branch", "in_service", "retired", "floating"):
        resident = make_resident(household, name=kind)
        PartyMember.objects.create(community=community, resident=resident, kind=kind)
    make_resident(household, name="群众")
    assert value(community, "party.members") == 4
    for kind in ("branch", "in_service", "retired", "floating"):
        assert names(community, f"party.{kind}") == {kind}


def test_the_bars_of_the_pyramid_sum_up(community, household):
    for years in (0, 4, 5, 59, 99, 100, 108):
        for sex in ("1", "2"):
            make_resident(household, name=f"{sex}-{years}", sex=sex,
                          born_on=years_before(ON, years))  # fmt: skip
    codes = [band_code(sex, age) for sex, _ in SEXES for age in range(0, 101, 5)]
    counted = {c: f.value for c, f in figures(Scope(community.pk), ON, codes).items() if f.value}
    assert counted == {
        band_code(sex, age): n
        for sex in ("1", "2")
        for age, n in ((0, 2), (5, 1), (55, 1), (95, 1), (100, 2))
    }


def test_cells_count_while_they_are_valid(community, cell_a, cell_b):
    cell_b.valid_to = ON
    cell_b.save()
    assert value(community, "place.cells", BEFORE) == 2
    assert value(community, "place.cells", ON) == 1


# --- What needs attention


def test_missing_numbers_are_pointed_out(community, household):
    make_resident(household, name="有号", id_number=make_id_number())
    make_resident(household, name="无号")
    assert names(community, "attention.no_number") == {"无号"}


def test_households_that_cannot_be_called(community, household):
    make_resident(household, name="王机", phone="13800005678")
    make_resident(household, name="王孩")
    other = make_household(make_dwelling(household.dwelling.building, room="502"))
    make_resident(other, name="李无")
    make_resident(other, name="李外", phone="13800005679", residence=Residence.AWAY_OUT)
    rows = figure_rows("attention.no_phone", Scope(community.pk), ON)
    assert set(rows) == {other}


def test_possible_duplicates_come_in_pairs(community, other_community, household):
    twin = {"name": "王双", "born_on": dt.date(1980, 5, 4)}
    make_resident(household, **twin)
    make_resident(household, **twin)
    make_resident(household, name="王双", born_on=dt.date(1980, 5, 5))
    make_resident(household, **twin, sex="2")
    make_resident(make_household(make_dwelling(make_building(other_community))), **twin)
    assert value(community, "attention.duplicates") == 2


def test_dwellings_without_a_cell_are_pointed_out(community, household):
    make_dwelling(make_building(community, "9"))
    assert value(community, "attention.no_cell") == 1
