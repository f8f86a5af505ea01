"""Writes of a new division of the cells: many buildings change their cell at once."""

from django.db.models import Q

from grids.above import rows_hold
from grids.actions.places import building_assign_cell, cell_create, incidents_open
from grids.actions.plan import shape_delete, shape_save
from grids.geometry import around
from grids.models import Building, Community, GridCell, PlanShape, ShapeKind
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, unchanged
from portal.core.errors import DomainError


@action(Permission.PLACE_UPDATE)
def cells_rebalance(*, by, community: Community, moves: dict) -> int:
    """Put buildings into the cells that ``moves`` names ({building id: cell id, or a number
    for a cell that is to be made}); all or none. Returns how many were moved.

    The outlines of the cells concerned are drawn anew around their buildings.
    """
    buildings = {b.pk: b for b in Building.objects.filter(community=community, pk__in=moves)}
    if len(buildings) != len(moves):
        raise DomainError("楼栋有变化，请重新计算方案。没有改动任何网格。")
    rows_hold(Q(building__in=moves))
    list(incidents_open(moves).order_by("pk").select_for_update(no_key=True).only("pk"))
    cells = _cells(by, community, moves)
    changed = set()
    for key, building in sorted(buildings.items(), key=lambda item: str(item[0])):
        cell = cells.get(moves[key])
        if cell is None:
            raise DomainError("网格有变化，请重新计算方案。没有改动任何网格。")
        changed |= {cell.pk, building.cell_id}
        building_assign_cell(by=by, building=building, version=building.version, cell=cell)
    if not moves:
        unchanged()
        return 0
    _redraw(by, community, changed)
    record_change(by=by, model="grids.community", row_id=community.pk, tenant=community.pk,
                  after={"buildings": len(moves)})  # fmt: skip
    return len(moves)


def _cells(by, community, moves: dict) -> dict:
    """The cells in use by id, and those made now by their number in the plan."""
    cells = {c.pk: c for c in GridCell.objects.filter(community=community, valid_to=None)}
    last = max((cell.number for cell in cells.values()), default=0)
    for fresh in sorted({to for to in moves.values() if isinstance(to, int)}):
        number = last + fresh
        values = {"number": number, "name": f"第{number}网格"}
        cells[fresh] = cell_create(by=by, community=community, values=values)
    return cells


def _redraw(by, community, changed: set) -> None:
    known = PlanShape.objects.filter(community=community, cell__in=changed)
    for shape in known.select_related("cell"):
        drawn = PlanShape.objects.filter(community=community).exclude(building=None)
        outlines = drawn.filter(building__cell=shape.cell_id).values_list("geometry", flat=True)
        others = drawn.exclude(building__cell=shape.cell_id).values_list("geometry", flat=True)
        if outlines:
            plan = community.site_plan
            shape_save(by=by, community=community, kind=ShapeKind.CELL, shape=shape,
                       version=shape.version, name=shape.name,
                       geometry=around(outlines, plan.width, plan.height, others))  # fmt: skip
        elif not Building.objects.filter(cell=shape.cell_id).exists():
            shape_delete(by=by, shape=shape)  # of a cell that is no longer used
