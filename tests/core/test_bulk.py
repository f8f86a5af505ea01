"""Bulk writing stores what the ORM would store, on both databases."""

import datetime as dt
import gc

import pytest
from django.db import IntegrityError, transaction

from grids.models import Building, Dwelling
from portal.core.bulk import BLOCK, bulk_insert, bulk_update
from portal.core.ids import new_id
from residents.models import Resident
from tests.people import make_building, make_dwelling, make_household, make_resident

AWKWARD = ["王小明", "a\tb", "行\n二", "回\r车", "反\\斜", "\\N", "", "𠮷野", "'引\"号", "%s 100%"]


def values_of(row, leave=()):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields
            if f.attname not in leave}  # fmt: skip


def test_bulk_insert_stores_what_the_orm_would(community, cell_a):
    saved = make_building(community, "1", cell_a, aliases=["老粮站楼", "a\\b"], floors=6)
    values = values_of(saved, leave=("id", "number"))
    key = new_id()

    assert bulk_insert(Building, ["id", "number", *values], [(key, "2", *values.values())]) == 1

    assert values_of(Building.objects.get(pk=key), leave=("id", "number")) == values


@pytest.mark.parametrize("text", AWKWARD)
def test_bulk_insert_keeps_every_character(community, text):
    household = make_household(make_dwelling(make_building(community)))
    row = values_of(make_resident(household, phone="13800001111"), leave=("id", "note"))

    key = new_id()
    bulk_insert(Resident, ["id", "note", *row], [(key, text, *row.values())])

    stored = Resident.objects.get(pk=key)
    assert stored.note == text
    assert bytes(stored.phone_sealed) == bytes(row["phone_sealed"])
    assert stored.id_blind is None


def test_bulk_insert_fills_defaults_and_mixes_empty_values(community):
    building = make_building(community)
    rows = [(new_id(), community.pk, building.pk, f"{n}", f"3-{n}", f"0003-{n:04}", n % 2 or None)
            for n in range(BLOCK + 3)]  # fmt: skip
    names = ["id", "community_id", "building_id", "room", "addr_key", "addr_sort", "floor"]

    assert bulk_insert(Dwelling, names, iter(rows)) == BLOCK + 3

    assert Dwelling.objects.filter(floor=None).count() == (BLOCK + 4) // 2
    last = Dwelling.objects.get(pk=rows[-1][0])
    assert (last.version, last.use, last.created_by) == (1, "own", None)
    assert Dwelling.objects.values("created_at").distinct().count() == 1


@pytest.mark.django_db
def test_bulk_insert_of_nothing_and_without_a_key():
    assert bulk_insert(Dwelling, ["id"], []) == 0
    with pytest.raises(TypeError):
        bulk_insert(Dwelling, ["room"], [("501",)])


def test_bulk_insert_of_a_row_that_is_there_is_djangos_error(community):
    key = make_building(community, "1").pk
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(Building, ["id", "community_id", "number"], [(key, community.pk, "2")])


def test_bulk_update_writes_values_and_raises_the_version(community, cell_a, director):
    household = make_household(make_dwelling(make_building(community)))
    anna, bert, other = (make_resident(household, name=n) for n in ("甲一", "乙二", "丙三"))
    born = dt.date(1950, 2, 28)

    changed = bulk_update(
        Resident, ["name", "born_on", "cell_id", "id_blind", "phone_sealed"],
        [(anna.pk, "甲\t一", born, cell_a.pk, None, b"\x00\xff"),
         (bert.pk, "乙\\二", born, None, "ab", b""), (new_id(), "x", born, None, None, b"")],
        by=director,
    )  # fmt: skip

    assert changed == 2
    anna.refresh_from_db()
    assert (anna.name, anna.born_on, anna.cell, anna.version) == ("甲\t一", born, cell_a, 2)
    assert bytes(anna.phone_sealed) == b"\x00\xff"
    assert anna.changed_by == director
    assert anna.changed_at > anna.created_at
    assert values_of(Resident.objects.get(pk=other.pk)) == values_of(other)


def test_bulk_update_by_another_key_keeps_a_named_version(community):
    make_building(community, "1")
    assert bulk_update(Building, ["floors", "version"], [("1", 6, 9)], key="number") == 1
    assert Building.objects.values_list("floors", "version").get() == (6, 9)


def test_bulk_insert_of_ids_that_change_and_repeat(community, cell_a, cell_b):
    building = make_building(community)
    cells = [cell_a.pk, cell_a.pk, None, None, cell_b.pk, None, cell_a.pk]
    rows = [(new_id(), community.pk, building.pk, cell, f"{n}", f"3-{n}", f"0003-{n:04}")
            for n, cell in enumerate(cells)]  # fmt: skip
    names = ["id", "community_id", "building_id", "cell_id", "room", "addr_key", "addr_sort"]

    bulk_insert(Dwelling, names, rows)

    stored = Dwelling.objects.order_by("addr_sort").values_list("id", "cell_id")
    assert list(stored) == [(row[0], cell) for row, cell in zip(rows, cells, strict=True)]


def test_bulk_insert_lets_the_collector_go_on_after_a_fault(community):
    building = make_building(community)
    names = ["id", "community_id", "number", "number_sort"]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(Building, names, [(building.pk, community.pk, "7", "0007")])

    assert gc.isenabled()
