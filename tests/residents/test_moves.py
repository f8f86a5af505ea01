"""Births, deaths and moves as dated records, and taking a wrong record back."""

import datetime as dt

import pytest
from django.urls import reverse

from grids.models import Community
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.indicators import Scope
from residents.actions import (
    birth_record,
    care_tag_add,
    care_tag_end,
    event_correct,
    household_move,
    party_member_add,
    resident_death,
    resident_move_in,
    resident_move_out,
    resident_move_within,
    resident_residence_change,
    resident_split,
    resident_void,
)
from residents.models import (
    CareTag,
    LifeEvent,
    LifeEventKind,
    Residence,
    Resident,
    ResidentStatus,
    Stay,
)
from residents.reports import staying
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_id_number,
    make_resident,
)

DAY = dt.date(2026, 3, 1)


def staying_on(day) -> set:
    """Everybody on the books that day, as the figures count them."""
    return set(staying(Scope(Community.objects.get().pk), day).queryset())


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
    assert staying_on(DAY - dt.timedelta(1)) == {resident}
    assert staying_on(DAY) == set()


def test_resident_move_out_twice_is_refused(clerk, resident):
    resident_move_out(by=clerk, resident=resident, version=1, on=DAY, note="去外地")
    with pytest.raises(DomainError, match="已迁出"):
        resident_move_out(by=clerk, resident=resident, version=2, on=DAY)


def test_resident_move_within_carries_address_and_cell(clerk, resident, other_home, cell_b):
    resident_cell = resident.cell
    resident_move_within(
        by=clerk, resident=resident, version=1, household=other_home, on=DAY, relation="02"
    )
    resident.refresh_from_db()
    other_home.refresh_from_db()
    assert (resident.household, resident.addr_key, resident.cell) == (other_home, "5-1-102", cell_b)
    assert other_home.head == resident
    old, new = resident.stays.order_by("id")
    assert (old.to_on, new.from_on, new.to_on) == (DAY, DAY, None)
    assert (old.cell, new.cell) == (resident_cell, cell_b)


def test_open_records_go_along_and_ended_ones_stay(
    clerk, leader_a, leader_b, director, resident, other_home
):
    ended = care_tag_add(by=clerk, resident=resident, kind="living_alone")
    care_tag_end(by=clerk, tag=ended, on=DAY)
    tag = care_tag_add(by=clerk, resident=resident, kind="low_income")
    member = party_member_add(by=director, resident=resident, kind="retired")
    resident.refresh_from_db()
    event = resident_move_within(
        by=clerk, resident=resident, version=resident.version, household=other_home, on=DAY,
        relation="02",
    )  # fmt: skip
    seen = [set(CareTag.objects.visible_to(leader)) for leader in (leader_a, leader_b)]
    assert seen == [{ended}, {tag}]
    member.refresh_from_db()
    assert member.cell == other_home.cell
    event_correct(by=clerk, event=event, version=resident.version + 1, note="错了")
    assert set(CareTag.objects.visible_to(leader_a)) == {ended, tag}


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
    assert staying_on(DAY) == {resident}
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
    assert staying_on(DAY) == {resident}


def test_resident_void_frees_the_number(clerk, home):
    wrong = make_resident(home, id_number=make_id_number())
    resident_void(by=clerk, resident=wrong, version=1, reason="重复登记")
    wrong.refresh_from_db()
    assert (wrong.status, wrong.id_blind) == (ResidentStatus.VOID, None)
    assert staying_on(DAY) == set()


# --- Whole households


def test_household_move_takes_everybody_along(clerk, resident, home, community, cell_b):
    child = make_resident(home, "王小花", "2", dt.date(2015, 6, 1), relation="30")
    tag = care_tag_add(by=clerk, resident=resident, kind="low_income")
    dwelling = make_dwelling(make_building(community, "8", cell_b), "1", "101")
    household_move(by=clerk, household=home, version=home.version, dwelling=dwelling, on=DAY)
    tag.refresh_from_db()
    assert tag.cell == cell_b
    for person in (resident, child):
        person.refresh_from_db()
        old, new = person.stays.order_by("id")
        assert (person.addr_key, person.cell) == ("8-1-101", cell_b)
        assert (old.to_on, new.from_on, new.cell) == (DAY, DAY, cell_b)
        assert person.events.get().kind == LifeEventKind.MOVE_WITHIN
    home.refresh_from_db()
    assert (home.addr_key, home.head) == ("8-1-101", resident)


def test_household_move_without_a_day_mends_the_address(clerk, resident, home, community, cell_b):
    dwelling = make_dwelling(make_building(community, "8", cell_b), "1", "101")
    household_move(by=clerk, household=home, version=home.version, dwelling=dwelling, on=None)
    resident.refresh_from_db()
    stay = resident.stays.get()
    assert (resident.addr_key, stay.cell, stay.to_on) == ("8-1-101", cell_b, None)
    assert not LifeEvent.objects.exists()


def test_household_move_refuses_other_communities(clerk, home, other_community):
    dwelling = make_dwelling(make_building(other_community, "8"), "1", "101")
    with pytest.raises(DomainError, match="本社区"):
        household_move(by=clerk, household=home, version=home.version, dwelling=dwelling, on=DAY)


# --- Pages


def post(user, page, /, *keys, **data):
    url = reverse(f"residents:{page}", args=[key.pk for key in keys])
    return client_of(user).post(url, {"on": "2026-03-01", "note": "", **data})


@pytest.mark.parametrize(
    ("name", "status"), [("resident_death", "dead"), ("resident_move_out", "moved")]
)
def test_leaving_by_page(clerk, resident, name, status):
    assert post(clerk, name, resident, version=1).status_code == 302
    resident.refresh_from_db()
    assert resident.status == status


def test_resident_move_within_by_page_asks_for_the_household(clerk, resident, other_home):
    data = {"version": 1, "address": "5-1-102"}
    response = post(clerk, "resident_move_within", resident, **data)
    assert set(response.context["form"].errors) == {"into"}
    data |= {"into": str(other_home.pk)}
    response = post(clerk, "resident_move_within", resident, **data)
    assert set(response.context["form"].errors) == {"relation"}
    assert post(clerk, "resident_move_within", resident, **data, relation="99").status_code == 302
    resident.refresh_from_db()
    assert (resident.household, resident.relation) == (other_home, "99")


def test_resident_move_within_by_page_starts_a_household(clerk, resident, home):
    make_dwelling(home.dwelling.building, "2", "601")
    response = post(clerk, "resident_move_within", resident, version=1, address="3-2-601")
    assert response.status_code == 302
    resident.refresh_from_db()
    assert (resident.addr_key, resident.relation) == ("3-2-601", "02")


def test_resident_move_in_by_page(clerk, resident, home):
    resident_move_out(by=clerk, resident=resident, version=1, on=DAY)
    data = {"version": 2, "address": "3-2-501", "into": str(home.pk), "relation": "02",
            "residence": "floating", "on": "2026-05-01"}  # fmt: skip
    assert post(clerk, "resident_move_in", resident, **data).status_code == 302
    resident.refresh_from_db()
    assert (resident.status, resident.residence) == ("living", "floating")


def test_resident_residence_change_by_page(clerk, resident):
    data = {"version": 1, "residence": "away_out", "registered_address": ""}
    assert post(clerk, "resident_residence_change", resident, **data).status_code == 302
    resident.refresh_from_db()
    assert resident.residence == "away_out"
    response = post(clerk, "resident_residence_change", resident, **data | {"version": 2})
    assert "没有变化" in str(response.context["form"].errors)


def test_event_correct_by_page_from_the_time_line(clerk, leader_b, resident):
    event = resident_death(by=clerk, resident=resident, version=1, on=DAY)
    url = reverse("residents:event_correct", args=[resident.pk, event.pk])
    show = reverse("residents:resident_show", args=[resident.pk])
    assert url in client_of(clerk).get(show).content.decode()
    assert post(leader_b, "event_correct", resident, event, version=2, note="x").status_code == 404
    assert post(clerk, "event_correct", resident, event, version=2, note="错了").status_code == 302
    html = client_of(clerk).get(show).content.decode()
    assert "撤回“死亡”" in html
    assert url not in html


def test_household_move_by_page(clerk, resident, home):
    make_dwelling(home.dwelling.building, "2", "601")
    data = {"version": home.version, "address": "3-2-601"}
    assert post(clerk, "household_move", home, **data).status_code == 302
    home.refresh_from_db()
    assert home.addr_key == "3-2-601"


def test_birth_record_and_void_by_page(clerk, resident, home):
    data = {"name": "王新", "sex": "2", "born_on": "2026-05-02", "relation": "30",
            "residence": "home"}  # fmt: skip
    assert post(clerk, "birth_record", home, **data).status_code == 302
    child = Resident.objects.get(name="王新")
    assert (child.events.get().kind, child.phone) == (LifeEventKind.BIRTH, "")
    assert post(clerk, "resident_void", child, version=1, reason="重复").status_code == 302
    child.refresh_from_db()
    assert child.status == ResidentStatus.VOID
