"""Births, deaths and moves as dated records, and taking a wrong record back."""

import datetime as dt

import pytest

from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from residents.actions import (
    birth_record,
    event_correct,
    resident_death,
    resident_move_in,
    resident_move_out,
    resident_move_within,
    resident_residence_change,
    resident_split,
    resident_void,
)
from residents.models import (
    LifeEvent,
    LifeEventKind,
    Residence,
    Resident,
    ResidentStatus,
    Stay,
)
from tests.people import (
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def home(community, cell_a):
    return make_household(make_dwelling(make_building(community, "3", cell_a)))


@pytest.fixture
def other_home(community, cell_b):
    return make_household(make_dwelling(make_building(community, "5", cell_b), "1", "102"))


@pytest.fixture
def resident(home):
    resident = make_resident(home, relation="02")
    home.head = resident
    home.save()
    return resident


def test_resident_death_closes_the_stay_and_leaves_the_household_without_head(
    clerk, resident, home
):
    event = resident_death(by=clerk, resident=resident, version=1, on=DAY)
    resident.refresh_from_db()
    home.refresh_from_db()
    assert (event.kind, event.on) == (LifeEventKind.DEATH, DAY)
    assert resident.status == ResidentStatus.DEAD
    assert resident.stays.get().to_on == DAY
    assert home.head is None
    assert set(Resident.objects.staying_on(DAY - dt.timedelta(1))) == {resident}
    assert set(Resident.objects.staying_on(DAY)) == set()


def test_resident_move_out_twice_is_refused(clerk, resident):
    resident_move_out(by=clerk, resident=resident, version=1, on=DAY, note="去外地")
    with pytest.raises(DomainError, match="已迁出"):
        resident_move_out(by=clerk, resident=resident, version=2, on=DAY)


def test_resident_move_within_carries_address_and_cell(clerk, resident, other_home, cell_b):
    resident_move_within(
        by=clerk, resident=resident, version=1, household=other_home, on=DAY, relation="02"
    )
    resident.refresh_from_db()
    other_home.refresh_from_db()
    assert (resident.household, resident.addr_key, resident.cell) == (other_home, "5-1-102", cell_b)
    assert other_home.head == resident
    old, new = resident.stays.order_by("id")
    assert (old.to_on, new.from_on, new.to_on) == (DAY, DAY, None)
    assert (old.cell_id, new.cell_id) == (resident.events.get().was and old.cell_id, cell_b.pk)


def test_resident_split_starts_a_household(clerk, resident, community):
    dwelling = make_dwelling(make_building(community, "8"), "1", "101")
    resident_split(by=clerk, resident=resident, version=1, dwelling=dwelling, on=DAY)
    resident.refresh_from_db()
    assert resident.household.dwelling == dwelling
    assert resident.household.head == resident


def test_resident_move_in_brings_back_who_had_left(clerk, resident, other_home):
    resident_move_out(by=clerk, resident=resident, version=1, on=DAY)
    back = DAY + dt.timedelta(30)
    resident_move_in(
        by=clerk, resident=resident, version=2, household=other_home, on=back, relation="02",
        residence=Residence.FLOATING,
    )  # fmt: skip
    resident.refresh_from_db()
    assert (resident.status, resident.residence) == (ResidentStatus.LIVING, Residence.FLOATING)
    assert resident.stays.get(to_on=None).from_on == back
    with pytest.raises(DomainError, match="在册"):
        resident_move_in(
            by=clerk, resident=resident, version=3, household=other_home, on=back,
            relation="02", residence=Residence.HOME,
        )  # fmt: skip


def test_resident_residence_change_opens_a_stay_of_the_new_kind(clerk, resident):
    resident_residence_change(
        by=clerk, resident=resident, version=1, residence=Residence.AWAY_IN, on=DAY,
        registered_address="红旗街 1 号",
    )  # fmt: skip
    resident.refresh_from_db()
    assert resident.residence == Residence.AWAY_IN
    assert resident.stays.get(to_on=None).kind == Residence.AWAY_IN
    assert resident.household.head == resident


def test_birth_record_starts_the_stay_on_the_birthday(clerk, home, resident):
    child = birth_record(
        by=clerk, household=home,
        values={"name": "王新", "sex": "2", "born_on": DAY, "relation": "30"},
    )  # fmt: skip
    assert child.stays.get().from_on == DAY
    assert child.events.get().kind == LifeEventKind.BIRTH


@pytest.mark.parametrize(
    ("on", "text"),
    [(dt.date(2199, 1, 1), "今天以后"), (dt.date(1970, 1, 1), "出生日期")],
)
def test_resident_death_refuses_impossible_days(clerk, resident, on, text):
    with pytest.raises(DomainError, match=text):
        resident_death(by=clerk, resident=resident, version=1, on=on)
    assert not LifeEvent.objects.exists()


def test_resident_death_on_a_stale_page_is_a_conflict(clerk, director, resident):
    resident_move_out(by=director, resident=resident, version=1, on=DAY)
    with pytest.raises(Conflict) as caught:
        resident_death(by=clerk, resident=resident, version=1, on=DAY)
    assert caught.value.row.status == ResidentStatus.MOVED
    assert LifeEvent.objects.count() == 1


def test_resident_death_needs_role_and_cell(party_clerk, leader_b, resident):
    with pytest.raises(NotAllowed):
        resident_death(by=party_clerk, resident=resident, version=1, on=DAY)
    with pytest.raises(OutOfScope):
        resident_death(by=leader_b, resident=resident, version=1, on=DAY)
    resident.refresh_from_db()
    assert (resident.status, resident.version) == (ResidentStatus.LIVING, 1)


# --- Corrections


def test_event_correct_restores_everything_a_death_changed(clerk, resident, home):
    event = resident_death(by=clerk, resident=resident, version=1, on=DAY)
    event_correct(by=clerk, event=event, version=2, note="记错了人")
    resident.refresh_from_db()
    home.refresh_from_db()
    assert resident.status == ResidentStatus.LIVING
    assert home.head == resident
    assert resident.stays.get().to_on is None
    assert set(LifeEvent.objects.standing()) == set()
    assert LifeEvent.objects.get(kind=LifeEventKind.CORRECTION).corrects == event


def test_event_correct_takes_a_move_back(clerk, resident, home, other_home):
    event = resident_move_within(
        by=clerk, resident=resident, version=1, household=other_home, on=DAY, relation="02"
    )
    event_correct(by=clerk, event=event, version=2, note="不是他搬家")
    resident.refresh_from_db()
    other_home.refresh_from_db()
    home.refresh_from_db()
    assert (resident.household, resident.addr_key) == (home, home.addr_key)
    assert (home.head, other_home.head) == (resident, None)
    assert set(Resident.objects.staying_on(DAY)) == {resident}
    never = Stay.objects.get(household=other_home)
    assert never.from_on == never.to_on


def test_event_correct_only_the_last_one(clerk, resident, other_home):
    first = resident_residence_change(
        by=clerk, resident=resident, version=1, residence=Residence.AWAY_IN, on=DAY
    )
    resident_move_out(by=clerk, resident=resident, version=2, on=DAY)
    with pytest.raises(DomainError, match="最后一条"):
        event_correct(by=clerk, event=first, version=3, note="错了")


def test_event_correct_twice_is_refused(clerk, resident):
    event = resident_death(by=clerk, resident=resident, version=1, on=DAY)
    event_correct(by=clerk, event=event, version=2, note="记错了人")
    with pytest.raises(DomainError, match="最后一条"):
        event_correct(by=clerk, event=event, version=3, note="记错了人")


def test_event_correct_of_a_birth_takes_the_child_off_the_books(clerk, home, resident):
    child = birth_record(
        by=clerk, household=home,
        values={"name": "王新", "sex": "2", "born_on": DAY, "relation": "30"},
    )  # fmt: skip
    event_correct(by=clerk, event=child.events.get(), version=1, note="没有这个孩子")
    child.refresh_from_db()
    assert child.status == ResidentStatus.VOID
    assert set(Resident.objects.staying_on(DAY)) == {resident}


def test_resident_void_frees_the_number(clerk, home):
    wrong = make_resident(home, id_number=make_id_number())
    resident_void(by=clerk, resident=wrong, version=1, reason="重复登记")
    wrong.refresh_from_db()
    assert (wrong.status, wrong.id_blind) == (ResidentStatus.VOID, None)
    assert set(Resident.objects.staying_on(DAY)) == set()
