"""The site plan as pages draw it: shapes as SVG paths, cells toned by a figure."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from unicodedata import east_asian_width
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from grids.geometry import bounds_of, centre, free_spot, top_at
from grids.models import Building, Community, GridCell, PlanShape, ShapeKind, SitePlan
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.indicators import Scope, figures, indicators, scope_of

TONES = 5
MARGIN = 2  # letters around the plan: gates stand at its edge, their names outside
LARGE = 1.46  # of the usual letters in 长辈模式, as in the style sheet
WIDTH, HEIGHT = 1000, 700  # of a plan that is not set up yet
# Drawn from the ground up.
LAYERS = (ShapeKind.CELL, ShapeKind.GREEN, ShapeKind.WATER, ShapeKind.SQUARE, ShapeKind.ROAD,
          ShapeKind.FACILITY, ShapeKind.BUILDING, ShapeKind.GATE)  # fmt: skip


class Step(NamedTuple):
    """One tone of the legend: values from ``low`` to ``high``."""

    tone: int
    low: float
    high: float


@dataclass
class Drawn:
    """A shape: a path, or a dot at ``x``, ``y``, with its label at the same place."""

    shape: PlanShape
    label: str
    x: float
    y: float
    path: str = ""
    tone: int | None = None
    words: str = ""
    url: str = ""  # of the building or cell, where the viewer reaches it
    mark: str = ""  # classes of its own
    label_x: float = 0
    label_y: float = 0
    is_roomy: bool = False  # the shape has room for its label in 长辈模式


@dataclass
class CellValue:
    cell: GridCell | None
    value: int | float | None
    tone: int | None


@dataclass
class Drawing:
    """Everything a page needs to draw the plan of a community."""

    plan: SitePlan | None
    shapes: list[Drawn] = field(default_factory=list)
    cells: list[CellValue] = field(default_factory=list)
    legend: list[Step] = field(default_factory=list)
    missing: int = 0  # buildings without an outline

    @property
    def width(self) -> float:
        return self.plan.width if self.plan else WIDTH

    @property
    def height(self) -> float:
        return self.plan.height if self.plan else HEIGHT

    @property
    def unit(self) -> float:
        return unit_of(self.width)

    @property
    def view(self) -> str:
        """What is seen: the plan with its margin."""
        edge = MARGIN * self.unit
        return f"{-edge:g} {-edge:g} {self.width + 2 * edge:g} {self.height + 2 * edge:g}"

    @property
    def kinds(self) -> list[ShapeKind]:
        """What the legend explains, from the ground up."""
        there = {one.shape.kind for one in self.shapes}
        return [kind for kind in LAYERS if kind in there]


def drawing(viewer, community: Community, on: date, code: str = "") -> Drawing:
    """The plan in a fixed number of statements; ``code`` names the figure that tones the cells."""
    shapes = list(
        PlanShape.objects.visible_to(viewer).filter(community=community)
        .select_related("building", "cell").order_by("pk")
    )  # fmt: skip
    values = cell_values(viewer, community.pk, on, code) if code else {}
    legend = steps([value for value in values.values() if value is not None])
    tones = {key: tone_of(value, legend) for key, value in values.items()}
    plan = SitePlan.objects.visible_to(viewer).filter(community=community).first()
    outlined_cells = {item.cell_id for item in shapes if item.cell_id}
    drawn = [_drawn(item, tones, outlined_cells, plan) for item in shapes]
    pages = _pages(viewer, community)
    for one in drawn:
        one.url = pages.get(one.shape.building_id or one.shape.cell_id, "")
    _names_apart(drawn, plan)
    drawn.sort(key=lambda one: LAYERS.index(one.shape.kind))
    outlined = sum(1 for item in shapes if item.building_id)
    return Drawing(
        plan=plan,
        shapes=drawn,
        cells=_cells(viewer, community, values, tones) if code else [],
        legend=legend,
        missing=Building.objects.filter(community=community).count() - outlined,
    )


def figures_of(viewer, tenant: UUID) -> list:
    """The figures by which a viewer may tone the cells: those whose rows may be opened."""
    access, today = access_of(viewer), timezone.localdate()
    return [
        known for known in indicators()
        if access.can(known.permission, tenant) and access.can(Permission.FIGURES_VIEW, tenant)
        and known.has_parts(Scope(tenant), today)
    ]  # fmt: skip


def cell_values(viewer, tenant: UUID, on: date, code: str) -> dict[UUID | None, float | None]:
    """{cell id: value} of a figure; nothing for somebody who may not open its rows."""
    scope = scope_of(viewer, Permission.FIGURES_VIEW, tenant)
    if scope is None or code not in {known.code for known in figures_of(viewer, tenant)}:
        return {}
    return figures(scope, on, [code], by_part=True)[code].parts


def steps(values: list[float]) -> list[Step]:
    """Up to five tones with about as many cells each."""
    ordered = sorted(values)
    edges = sorted({ordered[min(len(ordered) - 1, len(ordered) * n // TONES)]
                    for n in range(TONES)}) if ordered else []  # fmt: skip
    found = []
    for number, low in enumerate(edges):
        below = [v for v in ordered if number + 1 == len(edges) or v < edges[number + 1]]
        found.append(Step(number, low, below[-1]))
    return found


def tone_of(value: float | None, legend: list[Step]) -> int | None:
    if value is None:
        return None
    return next((step.tone for step in reversed(legend) if value >= step.low), None)


def path_of(geometry: dict) -> str:
    """The SVG path of a line or a polygon with its holes; "" for a point."""
    if geometry["type"] == "Point":
        return ""
    closed = geometry["type"] == "Polygon"
    rings = geometry["coordinates"] if closed else [geometry["coordinates"]]
    end = "Z" if closed else ""
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in (ring[:-1] if closed else ring)) + end
        for ring in rings
    )


def unit_of(width: float) -> float:
    """The size of a letter or a dot on a plan of that width."""
    return round(width / 70, 1)


def _pages(viewer, community: Community) -> dict[UUID, str]:
    """Everybody sees the whole plan; a leader opens what is in the own cells."""
    rows = ((Building, "grids:building_show"), (GridCell, "grids:cell_show"))
    return {
        key: reverse(name, args=[key])
        for model, name in rows
        for key in model.objects.visible_to(viewer).filter(community=community)
        .values_list("pk", flat=True)
    }  # fmt: skip


def _drawn(item: PlanShape, tones: dict, outlined: set, plan: SitePlan) -> Drawn:
    """A cell is toned by its figure, a building only where its cell has no outline."""
    x, y = centre(item.geometry)
    label, cell = item.name, None
    if item.building:
        label, cell = item.building.number, item.building.cell_id
        cell = None if cell in outlined else cell
    elif item.cell:
        label, cell = item.cell.name, item.cell_id
    drawn = Drawn(item, label, x, y, path_of(item.geometry), tones.get(cell) if cell else None,
                  str(item.building or label))  # fmt: skip
    drawn.label_x, drawn.label_y = _label_place(item, label, (x, y), plan)
    drawn.is_roomy = _has_room(item.geometry, label, LARGE * unit_of(plan.width))
    return drawn


def _has_room(geometry: dict, label: str, size: float) -> bool:
    """Whether letters of that size stay inside the shape; beside a dot there is room."""
    if geometry["type"] != "Polygon":
        return True
    across, down = zip(*geometry["coordinates"][0], strict=True)
    wide = size * _letters(label)
    return wide <= max(across) - min(across) and size <= max(down) - min(down)


def _letters(label: str) -> float:
    """How wide a label is, in Chinese letters."""
    return sum(1 if east_asian_width(letter) in "WF" else 0.6 for letter in label)


def _names_apart(drawn: list[Drawn], plan: SitePlan | None) -> None:
    """Cells' names where no building and no other name is, as large as there is room for;
    a name without such a place stays at its upper edge."""
    taken = [bounds_of(one.shape.geometry) for one in drawn if one.shape.building_id]
    for one in sorted((one for one in drawn if one.shape.cell_id), key=lambda one: one.label):
        for size in (LARGE * unit_of(plan.width), unit_of(plan.width)):
            wide, high = size * (_letters(one.label) + 0.5), size
            if spot := free_spot(one.shape.geometry, wide, high, taken):
                x, y = one.label_x, one.label_y = spot
                one.is_roomy = size > unit_of(plan.width)
                taken.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
                break


def _label_place(item: PlanShape, label: str, point, plan: SitePlan) -> tuple[float, float]:
    """A cell's name at its upper edge, a gate's beside its dot: at the plan's edge in the margin,
    where nothing is drawn."""
    unit = unit_of(plan.width)
    x, y = point
    edge = 0
    if item.kind == ShapeKind.CELL:
        y = top_at(item.geometry, x) + unit
    elif item.geometry["type"] == "Point":
        edge = MARGIN * unit
        at_edge = min(y, plan.height - y) < edge
        y += 1.8 * unit if (y < plan.height / 2) != at_edge else -1.8 * unit
    half = len(label) * unit / 2
    low = half - edge
    return round(min(max(x, low), max(plan.width - low, low)), 1), round(y, 1)


def _cells(viewer, community, values: dict, tones: dict) -> list[CellValue]:
    cells = GridCell.objects.visible_to(viewer).filter(community=community, valid_to=None)
    found = [CellValue(c, values.get(c.pk, 0), tones.get(c.pk)) for c in cells.order_by("number")]
    if None in values:
        found.append(CellValue(None, values[None], None))
    return found
