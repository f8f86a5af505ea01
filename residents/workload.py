"""What each cell has to carry, and how buildings could be divided more evenly."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count

from grids.balance import HIGH, LOW, Block, Proposal, balance, count_fitting
from grids.models import (
    OPEN_STATES,
    Building,
    CellKind,
    Community,
    GridCell,
    Incident,
    PlanShape,
    ShapeKind,
)
from grids.site_plan import Drawing, drawing
from residents.models import Household, VisitTask
from residents.visits.due import rules_by_household, rules_of

PARTS = 12  # colours of cells side by side


@dataclass
class Load:
    """One cell: households, of these by care level, open incidents and visits due."""

    cell: GridCell | None
    households: int = 0
    levels: list[int] = field(default_factory=list)
    incidents: int = 0
    visits: int = 0

    @property
    def verdict(self) -> str:
        """Outside the norm of 300 to 500 households, in words; "" inside or for no area cell."""
        if self.cell is None or self.cell.kind != CellKind.AREA:
            return ""
        if self.households < LOW:
            return f"少于 {LOW} 户"
        return f"多于 {HIGH} 户" if self.households > HIGH else ""


@dataclass
class Division:
    """A proposal as pages show it: rows (cell's name, before, after), and what is moved
    (from, to, buildings)."""

    proposal: Proposal
    count: int
    rows: list[tuple[str, int, int]]
    moved: list[tuple[str, str, list[Building]]]
    drawing: Drawing
    digest: str

    def moves(self) -> dict:
        """{building id: its new cell} of those that change."""
        moved = (building.pk for _, _, buildings in self.moved for building in buildings)
        return {key: self.proposal.cells[key] for key in moved}


def loads_of(community: Community, on: date) -> tuple[list, list[Load]]:
    """(the care rules, a load for each cell in use and for what lies in none)."""
    rules = rules_of(community.pk)
    cells = GridCell.objects.filter(community=community, valid_to=None).order_by("number")
    loads = {cell.pk: Load(cell, levels=[0] * len(rules)) for cell in cells}
    loads[None] = Load(None, levels=[0] * len(rules))
    places = {rule.pk: place for place, rule in enumerate(rules)}
    levels = rules_by_household(community.pk, on)
    for key, cell in _households(community).values_list("pk", "cell_id"):
        load = loads.get(cell) or loads[None]
        load.households += 1
        if key in levels:
            load.levels[places[levels[key].pk]] += 1
    open_incidents = Incident.objects.filter(community=community, state__in=OPEN_STATES)
    due = VisitTask.objects.waiting().filter(community=community, due_on__lte=on)
    for name, rows in (("incidents", open_incidents), ("visits", due)):
        for cell, count in rows.order_by().values_list("cell").annotate(Count("pk")):
            setattr(loads.get(cell) or loads[None], name, count)
    found = list(loads.values())
    if not any((found[-1].households, found[-1].incidents, found[-1].visits)):
        found.pop()
    return rules, found


def division_of(viewer, community: Community, on: date, count: int | None = None) -> Division:
    """Area cells of about the same number of households; writes nothing."""
    cells = list(GridCell.objects.filter(
        community=community, valid_to=None, kind=CellKind.AREA, parent=None
    ).order_by("number"))  # fmt: skip
    blocks, buildings = _blocks(community, cells)
    total = sum(block.load for block in blocks)
    count = count or count_fitting(total, len(cells) or 1)
    count = max(1, min(count, len(blocks) or 1))
    if not blocks:
        proposal = Proposal({}, {}, 0)
    else:
        proposal = balance(blocks, [cell.pk for cell in cells], count)
    names = _names(cells, proposal)
    moved: dict[tuple[str, str], list[Building]] = {}
    for block in blocks:
        if (to := proposal.cells[block.key]) != block.cell:
            way = (names.get(block.cell, "未划入"), names[to])
            moved.setdefault(way, []).append(buildings[block.key])
    before = Counter()
    for block in blocks:
        before[block.cell] += block.load
    rows = [(name, before[key], proposal.loads.get(key, 0)) for key, name in names.items()]
    drawn = _draw(viewer, community, on, proposal, list(names))
    text = repr(sorted((str(k), str(v)) for k, v in proposal.cells.items()))
    digest = hashlib.sha256(text.encode()).hexdigest()
    moves = [(*way, standing) for way, standing in moved.items()]
    return Division(proposal, count, rows, moves, drawn, digest)


def _households(community: Community):
    return Household.objects.filter(community=community, closed_on=None)


def _blocks(community: Community, cells: list[GridCell]) -> tuple[list[Block], dict]:
    """Buildings of the area cells, and those in no cell."""
    known = {cell.pk for cell in cells}
    buildings = {
        b.pk: b for b in Building.objects.filter(community=community).order_by("number_sort")
        if b.cell_id in known or b.cell_id is None
    }  # fmt: skip
    homes = _households(community).order_by().values_list("dwelling__building")
    load: dict[UUID, int] = dict(homes.annotate(Count("pk")))
    shapes = PlanShape.objects.filter(community=community, kind=ShapeKind.BUILDING)
    outlines = dict(shapes.values_list("building", "geometry"))
    blocks = [
        Block(key, load.get(key, 0), b.cell_id, outlines.get(key)) for key, b in buildings.items()
    ]
    return blocks, buildings


def _names(cells: list[GridCell], proposal: Proposal) -> dict:
    fresh = sorted({cell for cell in proposal.cells.values() if isinstance(cell, int)})
    last = max((cell.number for cell in cells), default=0)
    names = {cell.pk: cell.name for cell in cells}
    return names | {number: f"第{last + number}网格（新）" for number in fresh}


def _draw(viewer, community, on: date, proposal: Proposal, order: list) -> Drawing:
    drawn = drawing(viewer, community, on)
    drawn.shapes = [one for one in drawn.shapes if one.shape.kind != ShapeKind.CELL]
    for one in drawn.shapes:
        building = one.shape.building
        if building and building.pk in proposal.cells:
            to = proposal.cells[building.pk]
            moved = " is-moved" if to != building.cell_id else ""
            one.mark = f"part-{order.index(to) % PARTS}{moved}"
    return drawn
