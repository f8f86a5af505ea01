"""What the pages of places show at a glance, each in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from grids.above import Word, words_at
from grids.addresses import sort_key
from grids.models import Building, Dwelling, GridCell
from portal.accounts.permissions import Permission
from portal.core.indicators import figures, scope_of

COUNTED = ("place.buildings", "population.households", "population.residents")


@dataclass
class Node:
    """A cell in the tree, with the figures of all that lies below it as well."""

    cell: GridCell
    counts: dict[str, int]
    counted: bool
    people: list
    below: list["Node"] = field(default_factory=list)


@dataclass
class Door:
    dwelling: Dwelling
    words: list[Word]


@dataclass
class Floor:
    """One line of a building's overview: a cell of doors for each entrance."""

    label: str
    columns: list[list[Door]]


def cell_counts(viewer, tenant: UUID, on: date) -> dict[UUID | None, dict[str, int]]:
    """{cell id (None: outside of any cell): {figure: number}}, empty without the permission."""
    scope = scope_of(viewer, Permission.FIGURES_VIEW, tenant)
    if scope is None:
        return {}
    found = figures(scope, on, COUNTED, by_part=True)
    parts = {part for figure in found.values() for part in figure.parts}
    return {
        part: {_short(code): figure.parts.get(part, 0) for code, figure in found.items()}
        for part in parts
    }


def cell_tree(cells, counts: dict, people: dict) -> list[Node]:
    """The cells as trees; one whose parent is not among them stands at the top."""
    none = dict.fromkeys(map(_short, COUNTED), 0)
    nodes = {
        cell.pk: Node(cell, dict(counts.get(cell.pk, none)), bool(counts), people.get(cell.pk, []))
        for cell in cells
    }
    roots = []
    for node in nodes.values():
        above = nodes.get(node.cell.parent_id)
        (above.below if above else roots).append(node)
    for root in roots:
        _add_up(root)
    return roots


def building_floors(viewer, building: Building) -> tuple[list[str], list[Floor]]:
    """(entrances, floors from the top); doors say what the viewer may know."""
    dwellings = list(
        Dwelling.objects.visible_to(viewer).filter(building=building).order_by("addr_sort")
    )
    words = words_at(viewer, [dwelling.pk for dwelling in dwellings])
    entrances = sorted({dwelling.entrance for dwelling in dwellings}, key=sort_key)
    floors: dict[int | None, list[list[Door]]] = {}
    for dwelling in dwellings:
        columns = floors.setdefault(dwelling.floor, [[] for _ in entrances])
        door = Door(dwelling, words.get(dwelling.pk, []))
        columns[entrances.index(dwelling.entrance)].append(door)
    order = sorted(floors, key=lambda floor: (floor is not None, floor or 0), reverse=True)
    shown = [Floor("未注明" if floor is None else f"{floor} 层", floors[floor]) for floor in order]
    return [f"{name} 单元" if name else "全楼" for name in entrances], shown


def _short(code: str) -> str:
    return code.rpartition(".")[2]


def _add_up(node: Node) -> None:
    for child in node.below:
        _add_up(child)
        for name, number in child.counts.items():
            node.counts[name] += number
