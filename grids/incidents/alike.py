"""Incidents that look like the same thing: shown before a report is saved, never refused."""

import datetime as dt
import math

from django.db.models import Q
from django.utils import timezone

from grids.models import OPEN_STATES, Incident, IncidentCategory, SitePlan
from portal.accounts.permissions import Permission

WITHIN = dt.timedelta(days=14)
RADIUS = 30  # metres
ON_PLAN = 30  # units of a plan whose scale is not known
SHOWN = 5


def alike(viewer, community_id, *, category: IncidentCategory | None = None, building=None,
          x: float | None = None, y: float | None = None, without=None,
          at: dt.datetime | None = None) -> list[Incident]:  # fmt: skip
    """Open incidents of the last two weeks that the viewer may see: of this category or a
    sibling in its group (either may be unknown), in the same building or near by on the plan;
    the nearest in time first."""
    at = at or timezone.now()
    if building is None and x is None:
        return []
    rows = Incident.objects.visible_to(viewer, Permission.INCIDENT_VIEW).filter(
        community=community_id, state__in=OPEN_STATES, reported_at__gte=at - WITHIN
    )
    if category is not None:
        rows = rows.filter(Q(category=None) | Q(category__group=category.group))
    rows = rows.exclude(pk=without).select_related("category", "building", "handler")
    reach = _reach(community_id) if x is not None and y is not None else 0
    near = [
        row
        for row in rows.order_by("-reported_at")[:200]
        if (building is not None and row.building_id == building.pk)
        or _apart(row, x, y) <= reach > 0
    ]
    return near[:SHOWN]


def _reach(community_id) -> float:
    """The radius in units of the plan."""
    metres = (
        SitePlan.objects.filter(community=community_id).values_list("metres", flat=True).first()
    )
    return RADIUS / metres if metres else ON_PLAN


def _apart(row: Incident, x: float | None, y: float | None) -> float:
    if None in (x, y, row.x, row.y):
        return math.inf
    return math.dist((row.x, row.y), (x, y))
