"""Writes on places: communities, cells, buildings, dwellings."""

import datetime as dt
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from grids.above import address_carry, cell_carry, touch
from grids.addresses import AddressError, from_parts, key_of, sort_key
from grids.incidents.usual import USUAL
from grids.models import (
    OPEN_STATES,
    Building,
    Community,
    Dwelling,
    DwellingUse,
    GridCell,
    Incident,
    IncidentCategory,
    Street,
)
from portal.accounts.access import access_rebuild_street
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, require_place, row_create, row_update
from portal.core.errors import Conflict, DomainError, OutOfScope
from portal.core.locks import hold

GENERATED_AT_MOST = 2000


class Doors(NamedTuple):
    """Dwellings to be made in bulk: every entrance, floor and door of a building."""

    entrances: int  # 0: the building has none
    floors: tuple[int, int]  # first and last
    per_floor: int

    def rooms(self) -> list[tuple[str, int, str]]:
        """(entrance, floor, room): 2 entrances × floors 1-3 × 2 doors start with 1, 1, 101."""
        first, last = self.floors
        names = [str(n) for n in range(1, self.entrances + 1)] or [""]
        return [
            (name, floor, f"{floor}{door:02}")
            for name in names
            for floor in range(first, last + 1)
            for door in range(1, self.per_floor + 1)
        ]


# --- Communities: set up by the installation's administrator on the shell


@action(Permission.PLACE_UPDATE)
def community_create(*, by, code: str, name: str, street_name: str = "") -> Community:
    """A community, with its street if that is new; street and community share nine digits.

    It belongs to that street as soon as the street is known, whoever named it, and begins with
    the usual categories of incidents.
    """
    street = Street.objects.filter(code=code[:9]).first()
    if street_name and not street:
        street = row_create(by, Street(code=code[:9], name=street_name))
    community = row_create(by, Community(code=code, name=name, street=street))
    usual = [IncidentCategory(community=community, **row._asdict()) for row in USUAL]
    IncidentCategory.objects.bulk_create(usual)
    record_change(by=by, model="grids.incidentcategory", tenant=community.pk,
                  after={"made": len(usual)})  # fmt: skip
    if street:
        for row in Community.objects.filter(street=None, code__startswith=street.code):
            row_update(by, row, row.version, {"street_id": street.pk})
        access_rebuild_street(street.pk)
    return community


# --- Cells


@action(Permission.PLACE_UPDATE)
def cell_create(*, by, community: Community, values: dict) -> GridCell:
    """``values``: number, name, kind, parent, valid_from."""
    _parent_check(community.pk, None, values.get("parent"))
    return row_create(by, GridCell(community_id=community.pk, **values))


@action(Permission.PLACE_UPDATE)
def cell_update(*, by, cell: GridCell, version: int, values: dict) -> GridCell:
    if "parent" in values:
        hold(_cells_of(cell.community_id))
        _parent_check(cell.community_id, cell.pk, values["parent"])
    return row_update(by, cell, version, _columns(values))


@action(Permission.PLACE_UPDATE)
def cell_close(*, by, cell: GridCell, version: int, on: dt.date) -> GridCell:
    """End a cell's validity; it is kept, because history stays with it.

    Raises DomainError while buildings or open micro-cells are in it.
    """
    hold(_cells_of(cell.community_id))
    if left := Building.objects.filter(cell=cell).count():
        raise DomainError(f"还有 {left} 栋楼在这个网格，请先划入别的网格。")
    if left := GridCell.objects.filter(parent=cell, valid_to=None).count():
        raise DomainError(f"还有 {left} 个下级网格在用，请先停用或改到别的网格下。")
    if on > timezone.localdate():
        raise DomainError("停用日期不能在今天以后。", field="valid_to")
    return row_update(by, cell, version, {"valid_to": on})


# --- Buildings


@action(Permission.PLACE_UPDATE)
def building_create(*, by, community: Community, values: dict) -> Building:
    """``values``: number as typed, cell, name, aliases, floors, entrances."""
    values = _numbered(values)
    _cell_check(community.pk, values.get("cell"))
    return row_create(by, Building(community_id=community.pk, **values))


@action(Permission.PLACE_UPDATE)
def building_update(*, by, building: Building, version: int, values: dict) -> Building:
    """Change the facts; another number renames every dwelling and what stands in it.

    The cell is changed by ``building_assign_cell``.
    """
    building = _locked(Building, building, version, values)
    require_place(by, building)
    values = _numbered(values) if "number" in values else values
    if values.get("number", building.number) != building.number:
        _dwellings_rename(by, building, values["number"])
    return row_update(by, building, version, values)


@action(Permission.PLACE_UPDATE)
def building_assign_cell(*, by, building: Building, version: int, cell: GridCell) -> Building:
    """Put a building into another cell with its dwellings, households, current residents and
    open incidents.

    What is closed keeps the cell in which it happened.
    """
    _cell_check(building.community_id, cell)
    building = _locked(Building, building, version, {"cell_id": cell.pk})
    require_place(by, building)
    reason = ""
    if building.cell_id != cell.pk:
        inside = Q(building=building)
        Dwelling.objects.filter(inside).update(cell=cell, **touch(by))
        moved = cell_carry(by, inside, cell)
        moved["未办结事件"] = incidents_open([building]).update(cell=cell, **touch(by))
        reason = "随楼调整：" + "、".join(f"{name} {count}" for name, count in moved.items())
    return row_update(by, building, version, {"cell_id": cell.pk}, reason)


def incidents_open(buildings) -> QuerySet[Incident]:
    """What is still to be done at these buildings."""
    return Incident.objects.filter(building__in=buildings, state__in=OPEN_STATES)


# --- Dwellings


@action(Permission.PLACE_UPDATE)
def dwelling_create(*, by, building: Building, entrance: str, room: str, floor: int | None = None,
                    use: str = DwellingUse.OWN) -> Dwelling:  # fmt: skip
    building = _locked(Building, building)
    address = _address(building, entrance, room)
    return row_create(by, Dwelling(
        community_id=building.community_id, cell_id=building.cell_id, building=building,
        entrance=address.entrance, room=address.room, use=use, addr_key=address.key,
        floor=address.floor if floor is None else floor, addr_sort=sort_key(address.key),
    ))  # fmt: skip


@action(Permission.PLACE_UPDATE)
def dwelling_update(*, by, dwelling: Dwelling, version: int, values: dict) -> Dwelling:
    """Change entrance, room, floor, use; another address goes down to households and people."""
    dwelling = _locked(Dwelling, dwelling, version, values)
    address = _address(
        dwelling.building, values.get("entrance", dwelling.entrance),
        values.get("room", dwelling.room),
    )  # fmt: skip
    require_place(by, dwelling)
    if dwelling.addr_key != address.key:
        _dwelling_rename(by, dwelling, address.key)
    values = values | {"entrance": address.entrance, "room": address.room}
    return row_update(by, dwelling, version, values)


@action(Permission.PLACE_UPDATE)
def dwelling_generate(*, by, building: Building, doors: Doors) -> int:
    """Make the doors of a building that are not there yet; returns how many."""
    rooms = doors.rooms()
    if len(rooms) > GENERATED_AT_MOST:
        raise DomainError(f"一次最多生成 {GENERATED_AT_MOST} 套，请分几次。")
    building = _locked(Building, building)
    require_place(by, building)
    fresh = _missing(building, rooms)
    if not fresh:
        raise DomainError("这些房屋都已登记，没有要生成的。")
    user = by if getattr(by, "pk", None) else None
    for row in fresh:
        row.created_by = row.changed_by = user
    try:
        with transaction.atomic():
            Dwelling.objects.bulk_create(fresh, batch_size=500)
    except IntegrityError as error:
        raise DomainError("有人同时登记了其中的房屋，请重新预览。") from error
    record_change(
        by=by, model="grids.building", row_id=building.pk, tenant=building.community_id,
        after={"dwellings": len(fresh), "first": fresh[0].addr_key, "last": fresh[-1].addr_key},
    )  # fmt: skip
    return len(fresh)


def doors_count(building: Building, doors: Doors) -> tuple[int, int]:
    """(dwellings that would be made, dwellings that are there already)."""
    rooms = doors.rooms()
    fresh = len(_missing(building, rooms))
    return fresh, len(rooms) - fresh


# --- Inside


def _missing(building: Building, rooms) -> list[Dwelling]:
    known = set(building.dwellings.values_list("addr_key", flat=True))
    keyed = [(key_of(building.number, entrance, room), entrance, floor, room)
             for entrance, floor, room in rooms]  # fmt: skip
    return [
        Dwelling(
            community_id=building.community_id, cell_id=building.cell_id, building=building,
            entrance=entrance, floor=floor, room=room, addr_key=key, addr_sort=sort_key(key),
        )
        for key, entrance, floor, room in keyed
        if key not in known
    ]  # fmt: skip


def _dwelling_rename(by, dwelling: Dwelling, key: str) -> None:
    try:
        with transaction.atomic():
            Dwelling.objects.filter(pk=dwelling.pk).update(addr_key=key, addr_sort=sort_key(key))
    except IntegrityError as error:
        raise DomainError("这套房屋已经登记过。", field="room") from error
    address_carry(by, Q(pk=dwelling.pk))


def _dwellings_rename(by, building: Building, number: str) -> None:
    rows = list(building.dwellings.select_for_update(no_key=True).order_by("pk"))
    now = timezone.now()
    for row in rows:
        row.addr_key = key_of(number, row.entrance, row.room)
        row.addr_sort = sort_key(row.addr_key)
        row.version, row.changed_at = row.version + 1, now
    try:
        with transaction.atomic():
            Dwelling.objects.bulk_update(
                rows, ["addr_key", "addr_sort", "version", "changed_at"], batch_size=200
            )
    except IntegrityError as error:
        raise DomainError("这个楼号已经登记过。", field="number") from error
    address_carry(by, Q(building=building))


def _locked(model, row, version: int | None = None, values: dict | None = None):
    """The stored row, locked before anything is written or logged. Raises Conflict."""
    stored = model.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
    if stored is None:
        raise OutOfScope
    if version is not None and stored.version != version:
        changed = {name: new for name, new in (values or {}).items()
                   if getattr(stored, name) != new}  # fmt: skip
        if changed:
            raise Conflict(stored, changed)
    return stored


def _numbered(values: dict) -> dict:
    """The building's number in its one spelling, with its order."""
    try:
        address = from_parts(values["number"], "", "101")
    except AddressError as error:
        raise DomainError(error.message, field="number") from error
    if address.prefix:
        raise DomainError("楼号只填号码，小区名请写在楼名里。", field="number")
    return values | {"number": address.building, "number_sort": sort_key(address.building)}


def _address(building: Building, entrance: str, room: str):
    try:
        address = from_parts(building.number, entrance, room)
    except AddressError as error:
        raise DomainError(error.message, field="room") from error
    if address.building != building.number:
        raise DomainError(f"房号里写的是 {address.building} 号楼，请只填房号。", field="room")
    return address


def _cell_check(community_id, cell: GridCell | None) -> None:
    """The cell belongs to the community and is in use; it stays so until the commit."""
    if cell is None:
        return
    hold(_cells_of(community_id))
    stored = GridCell.objects.filter(pk=cell.pk, community_id=community_id).first()
    if stored is None:
        raise OutOfScope
    if stored.valid_to is not None:
        raise DomainError("这个网格已停用，请选择在用的网格。", field="cell")


def _parent_check(community_id, key, parent: GridCell | None) -> None:
    """No cell is above itself, at any distance."""
    step = parent
    while step is not None:
        if step.community_id != community_id:
            raise OutOfScope
        if step.pk == key:
            raise DomainError("上级网格不能是自己或自己的下级。", field="parent")
        step = step.parent


def _cells_of(community_id) -> str:
    return f"cells:{community_id}"


def _columns(values: dict) -> dict:
    """Foreign keys by their column, so that unchanged ones compare equal without a query."""
    values = dict(values)
    if "parent" in values:
        parent = values.pop("parent")
        values["parent_id"] = parent.pk if parent else None
    return values
