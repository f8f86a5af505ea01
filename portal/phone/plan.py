"""The site plan as the phone draws it: outlines only, nobody's data."""

from grids.models import PlanShape, SitePlan
from portal.accounts.permissions import Permission
from portal.core.access import access_of

SHOWN = ("building", "gate", "road", "green", "water", "square", "facility")


def plan_part(viewer, tenant, today) -> dict:
    """``plan``: {width, height, shapes: [{kind, name, building, geometry}]}, or None."""
    if not access_of(viewer).can(Permission.PLACE_VIEW, tenant.id):
        return {"plan": None}
    plan = SitePlan.objects.visible_to(viewer).filter(community=tenant.id).first()
    shapes = PlanShape.objects.visible_to(viewer).filter(community=tenant.id, kind__in=SHOWN)
    shapes = shapes.select_related("building")
    drawn = [
        {"kind": row.kind, "name": row.name or str(row.building or ""), "geometry": row.geometry,
         "building": str(row.building_id) if row.building_id else None}
        for row in shapes
    ]  # fmt: skip
    if not drawn:
        return {"plan": None}
    width, height = (plan.width, plan.height) if plan else (1000, 700)
    return {"plan": {"width": width, "height": height, "shapes": drawn}}
