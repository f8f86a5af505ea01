"""Buildings: facts, names, doors, and the cell they belong to with everything in them."""

import datetime as dt

import pytest
from django.urls import reverse

from grids import actions
from grids.models import Building, Dwelling, Incident
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from residents.models import CareTag, Household, Resident, Stay
from tests.grids.incidents import make_incident
from tests.people import (
    client_of,
    make_building,
    make_cell,
    make_dwelling,
    make_household,
    make_resident,
)

pytestmark = pytest.mark.django_db


def lived_in(community, number="3", cell=None):
    building = make_building(community, number, cell)
    return building, make_resident(make_household(make_dwelling(building)))


@pytest.mark.parametrize(
    ("typed", "number", "order"),
    [("3", "3", "0003"), ("三号楼", "3", "0003"), ("A5座", "A5", "A0005"), ("０12", "12", "0012")],
)
def test_building_create_keeps_one_spelling(clerk, community, typed, number, order):
    building = actions.building_create(by=clerk, community=community, values={"number": typed})
    assert (building.number, building.number_sort) == (number, order)


@pytest.mark.parametrize("typed", ["", "楼", "明珠苑3号楼", "3-2", "x\x00"])
def test_building_create_refuses_what_is_no_number(clerk, community, typed):
    with pytest.raises(DomainError) as refused:
        actions.building_create(by=clerk, community=community, values={"number": typed})
    assert refused.value.field == "number"


def test_building_create_twice_names_the_rule(clerk, community):
    make_building(community, "3")
    with pytest.raises(DomainError, match="已经登记过"):
        actions.building_create(by=clerk, community=community, values={"number": "三"})


def test_building_create_in_a_foreign_cell_is_refused(clerk, community, other_community):
    values = {"number": "3", "cell": make_cell(other_community)}
    with pytest.raises(OutOfScope):
        actions.building_create(by=clerk, community=community, values=values)


def test_building_numbers_stand_in_natural_order(clerk, community):
    for typed in ("10", "9", "A1", "2"):
        actions.building_create(by=clerk, community=community, values={"number": typed})
    order = Building.objects.order_by("number_sort").values_list("number", flat=True)
    assert list(order) == ["2", "9", "10", "A1"]


# --- Into another cell


def test_building_assign_cell_takes_everybody_along(clerk, community, cell_a, cell_b):
    building, resident = lived_in(community, cell=cell_a)
    CareTag.objects.create(resident=resident, community=community, cell=cell_a, kind="living_alone")
    _, neighbour = lived_in(community, "4", cell_a)
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    for model in (Building, Dwelling, Household, Resident, Stay):
        assert model.objects.filter(cell=cell_b).count() == 1, model
    assert CareTag.objects.get().cell == cell_b
    neighbour.refresh_from_db()
    assert neighbour.cell == cell_a


def test_building_assign_cell_takes_open_incidents_along(
    clerk, leader_a, leader_b, community, cell_a, cell_b
):
    building, other = (make_building(community, number, cell_a) for number in ("3", "4"))
    waits = make_incident(community, "handled", building=building, cell=cell_a)
    closed = make_incident(community, "closed", building=building, cell=cell_a)
    beside = make_incident(community, building=other, cell=cell_a)
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    cells = dict(Incident.objects.values_list("pk", "cell"))
    assert cells == {waits.pk: cell_b.pk, closed.pk: cell_a.pk, beside.pk: cell_a.pk}
    assert [row.pk for row in Incident.objects.visible_to(leader_b)] == [waits.pk]
    assert Incident.objects.get(pk=waits.pk).version == 2


def test_building_assign_cell_is_one_log_row_with_counts(clerk, community, cell_a, cell_b):
    building, _ = lived_in(community, cell=cell_a)
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    row = ChangeLog.objects.get()
    assert row.after == {"cell": str(cell_b.pk)}
    told = row.reason.removeprefix("随楼调整：").split("、")
    assert told[:3] == ["户 1", "居民 1", "居住记录 1"]
    assert told[3:] == ["关爱标签 0", "党员 0", "走访任务 0", "未办结事件 0"]


def test_building_assign_cell_leaves_history_where_it_was(clerk, community, cell_a, cell_b):
    building, resident = lived_in(community, cell=cell_a)
    left = dt.date(2024, 1, 1)
    Stay.objects.update(to_on=left)
    Resident.objects.update(status="moved")
    Stay.objects.create(resident=make_resident(resident.household, name="李新"), cell=cell_a,
                        community=community, household=resident.household, to_on=left)  # fmt: skip
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    assert set(Stay.objects.filter(cell=cell_a).values_list("to_on", flat=True)) == {left}
    assert Resident.objects.get(cell=cell_a).status == "moved"


def test_building_assign_cell_makes_open_forms_stale(clerk, community, cell_a, cell_b):
    building, resident = lived_in(community, cell=cell_a)
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    resident.refresh_from_db()
    assert (resident.version, resident.changed_by) == (2, clerk)


def test_building_assign_cell_stale_moves_nobody(clerk, community, cell_a, cell_b):
    building, resident = lived_in(community, cell=cell_a)
    Building.objects.update(version=2)
    with pytest.raises(Conflict):
        actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    resident.refresh_from_db()
    assert resident.cell == cell_a


def test_building_assign_cell_elsewhere_is_refused(clerk, community, cell_a, other_community):
    building, _ = lived_in(community, cell=cell_a)
    with pytest.raises(OutOfScope):
        actions.building_assign_cell(
            by=clerk, building=building, version=1, cell=make_cell(other_community)
        )


def test_building_of_others_is_not_assigned(clerk, other_community):
    foreign, _ = lived_in(other_community)
    with pytest.raises(OutOfScope):
        actions.building_assign_cell(
            by=clerk, building=foreign, version=1, cell=make_cell(other_community)
        )
    assert not ChangeLog.objects.exists()


def test_building_assign_cell_refuses_a_closed_one(clerk, community, cell_b):
    closed = make_cell(community, 9, valid_to=dt.date(2025, 1, 1))
    building, _ = lived_in(community, cell=cell_b)
    with pytest.raises(DomainError, match="已停用"):
        actions.building_assign_cell(by=clerk, building=building, version=1, cell=closed)


# --- Another number


def test_building_update_number_renames_all_addresses(clerk, community):
    building, resident = lived_in(community)
    actions.building_update(by=clerk, building=building, version=1, values={"number": "15"})
    resident.refresh_from_db()
    assert (resident.addr_key, resident.addr_sort) == ("15-2-501", "0015-0002-0501")
    assert resident.household.addr_key == resident.household.dwelling.addr_key == "15-2-501"


def test_building_update_to_a_number_in_use_changes_nothing(clerk, community):
    building, resident = lived_in(community, "3")
    lived_in(community, "4")
    with pytest.raises(DomainError, match="已经登记过"):
        actions.building_update(by=clerk, building=building, version=1, values={"number": "4"})
    resident.refresh_from_db()
    assert resident.addr_key == "3-2-501"


def test_building_update_of_facts_touches_no_address(clerk, community):
    building, resident = lived_in(community)
    actions.building_update(by=clerk, building=building, version=1, values={"aliases": ["老三楼"]})
    resident.refresh_from_db()
    assert resident.version == 1


def test_building_update_needs_the_permission(leader_a, community, cell_a):
    with pytest.raises(NotAllowed):
        actions.building_update(
            by=leader_a, building=make_building(community, cell=cell_a), version=1, values={}
        )


# --- Pages


def show(client, building):
    return client.get(reverse("grids:building_show", args=[building.pk]))


def test_building_show_page_orders_floors_and_entrances(clerk, community):
    building, _ = lived_in(community)
    for entrance, room in (("10", "101"), ("2", "102"), ("2", "1201")):
        make_dwelling(building, entrance, room)
    page = show(client_of(clerk), building)
    assert page.context["entrances"] == ["2 单元", "10 单元"]
    assert [floor.label for floor in page.context["floors"]] == ["12 层", "5 层", "1 层"]


def test_building_show_page_leads_to_the_households(clerk, community):
    building, resident = lived_in(community)
    page = show(client_of(clerk), building).content.decode()
    assert reverse("residents:household_show", args=[resident.household_id]) in page
    assert "1 人" in page
    assert resident.name not in page


def test_building_show_page_of_a_guard_tells_nothing_of_people(guard, community):
    building, resident = lived_in(community)
    page = show(client_of(guard), building).content.decode()
    assert str(resident.household_id) not in page
    assert "1 人" not in page


def test_building_show_page_costs_the_same_for_many(clerk, community, django_assert_num_queries):
    client = client_of(clerk)
    few, _ = lived_in(community, "3")
    many, _ = lived_in(community, "4")
    for door in range(30):
        make_resident(make_household(make_dwelling(many, "1", f"{door + 101}")))
    show(client, few)
    for building in (few, many):
        with django_assert_num_queries(4):
            show(client, building)


def test_building_show_page_outside_is_missing(leader_b, community, cell_a):
    assert show(client_of(leader_b), make_building(community, cell=cell_a)).status_code == 404


def test_building_create_page_keeps_what_was_typed(clerk, community):
    client, url = client_of(clerk), reverse("grids:building_create")
    page = client.post(url, {"number": "看不懂", "name": "明珠楼", "aliases": "甲、乙"})
    assert page.context["form"].errors["number"]
    assert 'value="明珠楼"' in page.content.decode()
    assert 'value="甲、乙"' in page.content.decode()


def test_building_create_page_saves(clerk, community, cell_a):
    data = {"number": "5", "aliases": "老五楼，红楼", "cell": cell_a.pk, "floors": 6}
    assert client_of(clerk).post(reverse("grids:building_create"), data).status_code == 302
    building = Building.objects.get()
    assert (building.aliases, building.cell, building.floors) == (["老五楼", "红楼"], cell_a, 6)


def test_building_update_page_saves_only_what_changed(clerk, community):
    building = make_building(community, "3", aliases=["红楼"], floors=6)
    client, url = client_of(clerk), reverse("grids:building_update", args=[building.pk])
    assert 'value="红楼"' in client.get(url).content.decode()
    data = {"number": "3", "name": "明珠楼", "aliases": "红楼", "floors": 6, "version": 1}
    before = {"initial-number": "3", "initial-aliases": "红楼", "initial-floors": 6}
    assert client.post(url, data | before).status_code == 302
    assert ChangeLog.objects.get().after == {"name": "明珠楼"}


def test_building_update_page_conflict_shows_both(clerk, community):
    building = make_building(community, "3", aliases=["红楼"])
    url = reverse("grids:building_update", args=[building.pk])
    Building.objects.update(version=2, aliases=["白楼"])
    data = {"number": "3", "aliases": "蓝楼", "version": 1}
    before = {"initial-number": "3", "initial-aliases": "红楼"}
    page = client_of(clerk).post(url, data | before)
    assert page.status_code == 409
    text = page.content.decode()
    assert "白楼" in text
    assert "蓝楼" in text
    assert "['" not in text


def test_building_assign_cell_page(clerk, community, cell_a, cell_b):
    building = make_building(community, cell=cell_a)
    client, url = client_of(clerk), reverse("grids:building_assign_cell", args=[building.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"cell": cell_b.pk, "version": 1}).status_code == 302
    building.refresh_from_db()
    assert building.cell == cell_b
