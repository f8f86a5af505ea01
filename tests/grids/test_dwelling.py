"""Dwellings: one by one and a whole building at once."""

import pytest
from django.urls import reverse

from grids import actions
from grids.models import Dwelling
from portal.core.errors import Conflict, DomainError, OutOfScope
from portal.core.models import ChangeLog
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
)

pytestmark = pytest.mark.django_db
DOORS = actions.Doors(entrances=2, floors=(1, 3), per_floor=2)


@pytest.fixture
def building(community, cell_a):
    return make_building(community, "3", cell_a)


def test_dwelling_create_copies_the_place_of_its_building(clerk, building):
    dwelling = actions.dwelling_create(by=clerk, building=building, entrance="二", room="501室")
    assert (dwelling.addr_key, dwelling.floor) == ("3-2-501", 5)
    assert (dwelling.community, dwelling.cell) == (building.community, building.cell)


def test_dwelling_create_without_entrance(clerk, building):
    dwelling = actions.dwelling_create(by=clerk, building=building, entrance="", room="1203")
    assert (dwelling.addr_key, dwelling.floor) == ("3-1203", 12)


@pytest.mark.parametrize(("entrance", "room"), [("2", ""), ("2", "？？"), ("一二", "4-1-501")])
def test_dwelling_create_refuses_what_it_cannot_read(clerk, building, entrance, room):
    with pytest.raises(DomainError):
        actions.dwelling_create(by=clerk, building=building, entrance=entrance, room=room)


def test_dwelling_create_twice_names_the_rule(clerk, building):
    make_dwelling(building, "2", "501")
    with pytest.raises(DomainError, match="已经登记过"):
        actions.dwelling_create(by=clerk, building=building, entrance="2", room="501")


def test_dwelling_create_elsewhere_is_refused(clerk, other_community):
    foreign = make_building(other_community)
    with pytest.raises(OutOfScope):
        actions.dwelling_create(by=clerk, building=foreign, entrance="2", room="501")


def test_dwelling_update_carries_the_address_down(clerk, building):
    resident = make_resident(make_household(make_dwelling(building)))
    dwelling = resident.household.dwelling
    actions.dwelling_update(by=clerk, dwelling=dwelling, version=1, values={"room": "502"})
    resident.refresh_from_db()
    assert resident.addr_key == resident.household.addr_key == "3-2-502"
    assert resident.household.dwelling.addr_key == "3-2-502"
    assert ChangeLog.objects.get().after == {"room": "502"}


def test_dwelling_update_to_one_that_exists_changes_nothing(clerk, building):
    resident = make_resident(make_household(make_dwelling(building)))
    make_dwelling(building, "2", "502")
    with pytest.raises(DomainError, match="已经登记过"):
        actions.dwelling_update(
            by=clerk, dwelling=resident.household.dwelling, version=1, values={"room": "502"}
        )
    resident.refresh_from_db()
    assert resident.addr_key == "3-2-501"


def test_dwelling_update_of_the_use_only(clerk, building):
    dwelling = make_dwelling(building)
    actions.dwelling_update(by=clerk, dwelling=dwelling, version=1, values={"use": "vacant"})
    assert ChangeLog.objects.get().after == {"use": "vacant"}


def test_dwelling_update_stale_is_a_conflict(clerk, building):
    dwelling = make_dwelling(building)
    Dwelling.objects.update(version=2)
    with pytest.raises(Conflict):
        actions.dwelling_update(by=clerk, dwelling=dwelling, version=1, values={"room": "502"})


def test_dwelling_update_elsewhere_is_refused(clerk, other_community):
    foreign = make_dwelling(make_building(other_community))
    with pytest.raises(OutOfScope):
        actions.dwelling_update(by=clerk, dwelling=foreign, version=1, values={"room": "502"})
    foreign.refresh_from_db()
    assert foreign.addr_key == "3-2-501"


# --- A whole building


def test_dwelling_generate_makes_every_door_once(clerk, building):
    make_dwelling(building, "1", "101")
    assert actions.doors_count(building, DOORS) == (11, 1)
    assert actions.dwelling_generate(by=clerk, building=building, doors=DOORS) == 11
    keys = set(Dwelling.objects.values_list("addr_key", flat=True))
    assert {"3-1-101", "3-2-302", "3-1-202"} <= keys
    assert len(keys) == 12
    assert ChangeLog.objects.get().after["dwellings"] == 11


def test_dwelling_generate_orders_like_those_made_by_hand(clerk, building):
    actions.dwelling_generate(by=clerk, building=building, doors=DOORS)
    by_hand = actions.dwelling_create(by=clerk, building=building, entrance="1", room="103")
    twin = Dwelling.objects.get(addr_key="3-1-102")
    assert (twin.floor, twin.cell_id) == (by_hand.floor, by_hand.cell_id)
    assert twin.addr_sort < by_hand.addr_sort


def test_dwelling_generate_without_entrances(clerk, building):
    doors = actions.Doors(entrances=0, floors=(1, 1), per_floor=2)
    actions.dwelling_generate(by=clerk, building=building, doors=doors)
    assert set(Dwelling.objects.values_list("addr_key", flat=True)) == {"3-101", "3-102"}


def test_dwelling_generate_refuses_nothing_and_too_much(clerk, building):
    actions.dwelling_generate(by=clerk, building=building, doors=DOORS)
    with pytest.raises(DomainError, match="没有要生成"):
        actions.dwelling_generate(by=clerk, building=building, doors=DOORS)
    with pytest.raises(DomainError, match="最多"):
        actions.dwelling_generate(by=clerk, building=building, doors=actions.Doors(30, (1, 60), 30))


def test_dwelling_generate_elsewhere_is_refused(clerk, other_community):
    with pytest.raises(OutOfScope):
        actions.dwelling_generate(by=clerk, building=make_building(other_community), doors=DOORS)
    assert not Dwelling.objects.exists()


# --- Pages


def test_dwelling_generate_page_previews_before_it_writes(clerk, building):
    client, url = client_of(clerk), reverse("grids:dwelling_generate", args=[building.pk])
    data = {"entrances": 2, "first": 1, "last": 3, "per_floor": 2}
    assert client.get(url).status_code == 200
    assert client.post(url, data).context["preview"] == (12, 0)
    assert not Dwelling.objects.exists()
    assert client.post(url, data | {"save": 1}).status_code == 302
    assert Dwelling.objects.count() == 12


def test_dwelling_generate_page_refuses_a_lower_last_floor(clerk, building):
    url = reverse("grids:dwelling_generate", args=[building.pk])
    data = {"entrances": 2, "first": 3, "last": 1, "per_floor": 2}
    assert client_of(clerk).post(url, data).context["form"].errors["last"]


def test_dwelling_show_page(clerk, building):
    resident = make_resident(make_household(make_dwelling(building)))
    url = reverse("grids:dwelling_show", args=[resident.household.dwelling_id])
    page = client_of(clerk).get(url)
    assert [word.text for word in page.context["words"]] == ["1 人"]


def test_dwelling_create_page(clerk, building):
    client, url = client_of(clerk), reverse("grids:dwelling_create", args=[building.pk])
    page = client.post(url, {"entrance": "2", "room": "？", "use": "rent"})
    assert page.context["form"].errors["room"]
    assert client.post(url, {"entrance": "2", "room": "501", "use": "rent"}).status_code == 302
    assert Dwelling.objects.get().use == "rent"


def test_dwelling_update_page(clerk, building):
    dwelling = make_dwelling(building)
    client, url = client_of(clerk), reverse("grids:dwelling_update", args=[dwelling.pk])
    assert client.get(url).status_code == 200
    data = {"entrance": "2", "room": "502", "floor": 5, "use": "own", "version": 1}
    before = {"initial-entrance": "2", "initial-room": "501", "initial-floor": 5}
    assert client.post(url, data | before | {"initial-use": "own"}).status_code == 302
    dwelling.refresh_from_db()
    assert dwelling.addr_key == "3-2-502"
