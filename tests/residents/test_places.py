"""What people hang onto places goes along with them."""

import datetime as dt

import pytest
from django.urls import reverse

from grids.actions import building_assign_cell
from residents.actions import event_correct, resident_move_out, resident_move_within
from residents.models import CareTag, LifeEvent, PartyMember
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def mover(community, cell_a):
    row = make_resident(make_household(make_dwelling(make_building(community, "3", cell_a))))
    place = {"community": community, "cell": cell_a, "resident": row}
    CareTag.objects.create(kind="living_alone", **place)
    CareTag.objects.create(kind="low_income", to_on=dt.date(2024, 1, 1), **place)
    PartyMember.objects.create(kind="branch", **place)
    return row


def move(by, resident, community, cell):
    home = make_household(make_dwelling(make_building(community, "4", cell)))
    resident_move_within(by=by, resident=resident, version=1, household=home,
                         on=dt.date(2026, 1, 5), relation="02")  # fmt: skip


def open_cells():
    tags = CareTag.objects.filter(to_on=None).values_list("cell", flat=True)
    return {*tags, *PartyMember.objects.values_list("cell", flat=True)}


def test_open_records_are_seen_by_the_new_leader(clerk, mover, community, cell_b, leader_b):
    move(clerk, mover, community, cell_b)
    assert open_cells() == {cell_b.pk}
    assert [tag.kind for tag in CareTag.objects.visible_to(leader_b)] == ["living_alone"]


def test_ended_records_stay_where_they_were(clerk, mover, community, cell_a, cell_b):
    move(clerk, mover, community, cell_b)
    assert CareTag.objects.get(kind="low_income").cell == cell_a


def test_a_move_taken_back_takes_the_records_back(clerk, mover, community, cell_a, cell_b):
    move(clerk, mover, community, cell_b)
    event_correct(by=clerk, event=LifeEvent.objects.get(), version=2, note="登记错了")
    assert open_cells() == {cell_a.pk}


def test_records_of_who_left_stay_with_the_person(clerk, mover, cell_a, cell_b):
    resident_move_out(by=clerk, resident=mover, version=1, on=dt.date(2026, 1, 5))
    home = mover.household.dwelling.building
    building_assign_cell(by=clerk, building=home, version=1, cell=cell_b)
    mover.refresh_from_db()
    assert open_cells() == {mover.cell_id} == {cell_a.pk}


def test_a_household_is_begun_at_its_door(clerk, guard, community, cell_a):
    dwelling = make_dwelling(make_building(community, "7", cell_a), "1", "301")
    page = reverse("grids:dwelling_show", args=[dwelling.pk])
    begin = f"{reverse('residents:household_create')}?dwelling={dwelling.pk}"
    assert f'href="{begin}"' in client_of(clerk).get(page).content.decode()
    assert "7-1-301" in client_of(clerk).get(begin).content.decode()
    assert begin not in client_of(guard).get(page).content.decode()
