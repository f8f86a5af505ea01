"""Writes on the site plan: its ground and its shapes."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from grids.geometry import Drawing, geometry_check
from grids.models import Building, Community, GridCell, PlanShape, ShapeKind, SitePlan
from portal.accounts.permissions import Permission
from portal.core.actions import (
    action,
    record_change,
    require_place,
    row_create,
    row_delete,
    row_update,
)
from portal.core.errors import DomainError, OutOfScope
from portal.core.files import file_let_go


@action(Permission.PLACE_UPDATE)
def plan_update(*, by, community: Community, version: int, values: dict) -> SitePlan:
    """``values``: width, height, metres, picture_key. Version 0 makes the plan.

    Raises DomainError when shapes would fall outside.
    """
    plan = SitePlan.objects.filter(community=community).first()
    if plan is None:
        return row_create(by, SitePlan(community=community, **values))
    width, height = (values.get(name, getattr(plan, name)) for name in ("width", "height"))
    for item in PlanShape.objects.filter(community=community):
        geometry_check(item.kind, item.geometry, width, height)
    old, stored = plan.picture_key, row_update(by, plan, version, values)
    if old != stored.picture_key:
        transaction.on_commit(lambda: file_let_go(old), robust=True)
    return stored


@action(Permission.PLACE_UPDATE)
def shape_save(*, by, community: Community, kind: str, geometry, name: str = "",
               building: Building | None = None, cell: GridCell | None = None,
               shape: PlanShape | None = None, version: int = 0) -> PlanShape:  # fmt: skip
    """Draw a shape, or draw it anew; a building and a cell have one each."""
    plan = _plan_of(by, community)
    geometry = geometry_check(kind, geometry, plan.width, plan.height)
    for place in (building, cell):
        if place is not None and place.community_id != community.pk:
            raise OutOfScope
    if shape is not None:
        if shape.community_id != community.pk:
            raise OutOfScope
        return row_update(by, shape, version, {"geometry": geometry, "name": name})
    return row_create(by, PlanShape(community=community, kind=kind, name=name, geometry=geometry,
                                    building=building, cell=cell))  # fmt: skip


@action(Permission.PLACE_UPDATE)
def shape_delete(*, by, shape: PlanShape) -> None:
    row_delete(by, shape)


@action(Permission.PLACE_UPDATE)
def plan_import(*, by, community: Community, drawing: Drawing) -> dict[str, int]:
    """Put a file's shapes in the place of all earlier ones; returns how many of each kind.

    All or nothing: a building or cell that is not registered refuses the file, and so do shapes
    that do not fit onto the picture they would lie on.
    """
    plan = SitePlan.objects.select_for_update(no_key=True).filter(community=community).first()
    plan = plan or SitePlan(community=community)
    require_place(by, plan)
    ground = _ground_for(plan, drawing)
    places = {
        ShapeKind.BUILDING: {b.number: b for b in Building.objects.filter(community=community)},
        ShapeKind.CELL: _cells(community),
    }
    rows = [_row(by, community, feature, places) for feature in drawing.features]
    _refuse_repeated(rows)
    PlanShape.objects.filter(community=community).delete()
    PlanShape.objects.bulk_create(rows, batch_size=500)
    plan.width, plan.height, plan.metres = ground
    plan.version, plan.changed_at, plan.changed_by = plan.version + 1, timezone.now(), _user(by)
    plan.save()
    counts = dict(Counter(row.kind for row in rows))
    record_change(by=by, model="grids.siteplan", row_id=plan.pk, tenant=community.pk, after=counts)
    return counts


def _ground_for(plan: SitePlan, drawing: Drawing) -> tuple[float, float, float | None]:
    """(width, height, metres) with the file's shapes: the ground stays where it was and grows
    when it must; degrees bring a ground of their own. Raises DomainError."""
    if drawing.metres is not None and plan.picture_key:
        raise DomainError(
            "经纬度和现有底图对不上，请改用图上坐标，或先去掉底图。没有改动任何图形。"
        )
    if plan._state.adding or drawing.metres is not None:
        return drawing.width, drawing.height, drawing.metres
    if plan.picture_key and (drawing.width > plan.width or drawing.height > plan.height):
        size = f"宽 {plan.width:g}、高 {plan.height:g}"
        raise DomainError(f"有图形超出了底图（{size}），请核对坐标。没有改动任何图形。")
    return max(plan.width, drawing.width), max(plan.height, drawing.height), plan.metres


def _plan_of(by, community: Community) -> SitePlan:
    """The community's plan; an empty ground is made with the first shape."""
    plan = SitePlan.objects.filter(community=community).first()
    return plan or row_create(by, SitePlan(community=community))


def _row(by, community, feature, places) -> PlanShape:
    place = None
    if feature.kind in places:
        place = places[feature.kind].get(feature.name.removesuffix("号楼"))
        if place is None:
            raise DomainError(
                f"没有登记过的{feature.kind.label}：{feature.name or '（没有名称）'}。"
                "请先登记，或在文件里删去它。没有改动任何图形。"
            )
    return PlanShape(
        community=community, kind=feature.kind, geometry=feature.geometry,
        name="" if place else feature.name, created_by=_user(by), changed_by=_user(by),
        building=place if feature.kind == ShapeKind.BUILDING else None,
        cell=place if feature.kind == ShapeKind.CELL else None,
    )  # fmt: skip


def _refuse_repeated(rows: list[PlanShape]) -> None:
    for name in ("building", "cell"):
        found = Counter(getattr(row, name) for row in rows if getattr(row, name))
        twice = [str(place) for place, count in found.items() if count > 1]
        if twice:
            raise DomainError(f"文件里重复的图形：{'、'.join(twice[:5])}。没有改动任何图形。")


def _cells(community) -> dict[str, GridCell]:
    """Cells in use, by number and by name."""
    cells = list(GridCell.objects.filter(community=community, valid_to=None))
    return {str(cell.number): cell for cell in cells} | {cell.name: cell for cell in cells}


def _user(by):
    return by if getattr(by, "pk", None) else None
