"""What phones keep of incidents for a day: those that are open, and what a report chooses from."""

from datetime import date

from django.utils import timezone

from grids.cards import contacts_of
from grids.models import (
    OPEN_STATES,
    Asset,
    Building,
    Incident,
    IncidentCategory,
    IncidentState,
)
from portal.accounts.permissions import Permission
from portal.core.access import access_of

MOST = 300  # open incidents that a phone keeps, those due first


def day_part(viewer, tenant, today: date) -> dict:
    """``incidents``, ``categories``, ``assets``, ``buildings``, ``contacts``: of the cells in
    which the viewer may report; no telephone of a resident."""
    access = access_of(viewer)
    if not access.can(Permission.INCIDENT_REPORT, tenant.id):
        return {"incidents": [], "categories": [], "assets": [], "buildings": [], "contacts": []}
    return {
        "incidents": _incidents(viewer, tenant.id),
        "categories": _categories(viewer, tenant.id),
        "assets": _assets(viewer, tenant.id),
        "buildings": [
            {
                "id": str(row.pk),
                "name": str(row),
                "number": row.number,
                "cell": str(row.cell_id or ""),
            }
            for row in _buildings(viewer, tenant.id)
        ],
        "contacts": contacts_of(viewer, tenant.id, today),
    }


def _incidents(viewer, tenant) -> list[dict]:
    access = access_of(viewer)
    rows = Incident.objects.visible_to(viewer).filter(community=tenant, state__in=OPEN_STATES)
    return [
        {
            "id": str(row.pk),
            "version": row.version,
            "number": row.number,
            "state": row.state,
            "state_label": row.get_state_display(),
            "category": str(row.category or "未定类别"),
            "building": str(row.building_id or ""),
            "place": row.where,
            "text": row.text,
            "due_at": row.due_at and timezone.localtime(row.due_at).isoformat(),
            "may_check": row.state == IncidentState.HANDLED
            and access.covers(Permission.INCIDENT_CHECK, *row.place()),
        }
        for row in rows.select_related("category", "building").order_by("due_at", "pk")[:MOST]
    ]


def _in_use(model, viewer, tenant):
    rows = model.objects.visible_to(viewer, Permission.INCIDENT_REPORT)
    return rows.filter(community=tenant, is_active=True)


def _categories(viewer, tenant) -> list[dict]:
    return [
        {"id": str(row.pk), "group": row.group, "group_label": row.get_group_display(),
         "name": row.name, "asset_kind": row.asset_kind, "is_urgent": row.is_urgent}
        for row in _in_use(IncidentCategory, viewer, tenant)
    ]  # fmt: skip


def _assets(viewer, tenant) -> list[dict]:
    """Those of the own cells and those of none."""
    access = access_of(viewer)
    rows = _in_use(Asset, viewer, tenant)
    return [
        {
            "id": str(row.pk),
            "name": row.name,
            "kind": row.kind,
            "building": str(row.building_id or ""),
            "place": row.spot,
        }
        for row in rows
        if row.cell_id is None or access.covers(Permission.INCIDENT_REPORT, tenant, row.cell_id)
    ]


def _buildings(viewer, tenant):
    rows = Building.objects.visible_to(viewer, Permission.INCIDENT_REPORT)
    return rows.filter(community=tenant).order_by("number_sort")
