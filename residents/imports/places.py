"""The dwellings that a ledger names: found, or to be created with building and cell."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from grids.addresses import Address, parse
from portal.core.errors import DomainError
from portal.core.ids import new_id
from residents.imports.columns import Table
from residents.imports.state import Place, State

_NUMBERED = re.compile("第?([0-9]+|[一二三四五六七八九十]+)号?(?:网格)?")


@dataclass
class Places:
    """New cells, buildings and dwellings as rows to insert, and the dwelling of each key."""

    cells: dict[str, tuple] = field(default_factory=dict)  # name → (id, name, number)
    buildings: dict[str, list] = field(default_factory=dict)  # number → [id, cell, top, doors]
    dwellings: dict[str, tuple] = field(default_factory=dict)  # key → (id, cell, building, addr)
    at: dict[str, Place] = field(default_factory=dict)


def places_find(table: Table, state: State, create: bool) -> Places:
    """Look every address up; an unknown one refuses its rows, or is planned with ``create``."""
    places = Places(at=dict(state.dwellings))
    at = places.at
    cells = table.get("cell")
    differing: dict[tuple, int] = {}
    for index, address in enumerate(table.columns["address"]):
        if address is None or index in table.errors:
            continue
        place = at.get(address.key)
        if place is None:
            if not create:
                name = "room" if "room" in table.headings else "address"
                table.error(index, name, f"系统里没有 {address.key} 这套房屋，请先登记房屋")
                continue
            place = at[address.key] = _plan(places, state, address, cells[index])
        if cells[index] and place.cell_id:
            named = _cell_id(places, state, cells[index])
            if named not in (None, place.cell_id):
                differing.setdefault((address.building, cells[index]), index)
    for (building, cell), index in differing.items():
        table.warn(index, "cell", f"{building}号楼登记在另一网格，与表中“{cell}”不同，按已登记的")
    _warn_of_estates(table)
    return places


def _plan(places: Places, state: State, address: Address, cell: str | None) -> Place:
    building = state.buildings.get(address.building)
    if building is None:
        planned = places.buildings.get(address.building)
        cell_id = _cell_make(places, state, cell) if cell else None
        if planned is None:
            planned = [new_id(), cell_id, 0, set()]
            places.buildings[address.building] = planned
        planned[2] = max(planned[2], address.floor or 0)
        planned[3].add(address.entrance)
        building = Place(planned[0], cell_id or planned[1])
    key = new_id()
    places.dwellings[address.key] = (key, building.cell_id, building.id, address)
    return Place(key, building.cell_id)


def _cell_number(name: str) -> int | None:
    if digits := re.search(r"\d+", name):
        return int(digits[0]) if int(digits[0]) < 30_000 else None
    if han := re.search("[一二三四五六七八九十]+", name):
        try:
            return int(parse(f"{han[0]}-101").building)
        except DomainError:
            return None
    return None


def _cell_id(places: Places, state: State, name: str) -> UUID | None:
    if name in state.cells:
        return state.cells[name]
    if name in places.cells:
        return places.cells[name][0]
    number = _cell_number(name)
    if _NUMBERED.fullmatch(name):  # 第一网格, 第1网格 and 1 are one cell
        for key, other, taken in places.cells.values():
            if taken == number and _NUMBERED.fullmatch(other):
                return key
    return state.cell_numbers.get(number)


def _cell_make(places: Places, state: State, name: str) -> UUID:
    if known := _cell_id(places, state, name):
        return known
    taken = set(state.cell_numbers) | {number for _, _, number in places.cells.values()}
    number = _cell_number(name)
    if number is None or number in taken:
        number = max(taken, default=0) + 1
    shown = f"第{name}网格" if name.isdigit() else name
    places.cells[name] = (new_id(), shown, number)
    return places.cells[name][0]


def _warn_of_estates(table: Table) -> None:
    """Buildings are known by their number: two estates in one ledger would be mixed."""
    found: dict[str, int] = {}
    estates = table.get("estate")
    for index, address in enumerate(table.columns["address"]):
        if address is not None and (estate := estates[index] or address.prefix):
            found.setdefault(estate, index)
    if len(found) > 1:
        listed = "、".join(list(found)[:4])
        index = min(list(found.values())[1:])
        table.warn(index, "address", f"住址前面有几种地名（{listed}），楼号相同的会当作同一栋楼")
