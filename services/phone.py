"""What phones get of alarms: those that are open, by the day's list and by the minute."""

import hashlib
from uuid import UUID

from django.http import JsonResponse
from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.audit import access_record
from portal.core.errors import OutOfScope
from portal.core.json_pages import json_page
from services.alarms.call import number_for
from services.alarms.people import alarms_open_to, can_ring, gone_too, people_at
from services.models import OPEN, Alarm

MOST = 50


def day_part(viewer, tenant, today) -> dict:
    """``alarms`` of one's cells, of the whole community for who is on duty, and a tag that
    changes with them; None for people who answer none. Whoever sends it logs the look."""
    if not access_of(viewer).can(Permission.ALARM_ANSWER, tenant.id):
        return {"alarms": [], "alarms_tag": None}
    rows = _open(viewer, tenant)
    people, also = people_at(rows), gone_too(viewer, rows)
    return {"alarms": [_json(viewer, row, people[row.pk], also) for row in rows],
            "alarms_tag": _tag(rows)}  # fmt: skip


@json_page(Permission.ALARM_ANSWER, "GET")
def alarms_now(request):
    """Asked every minute by pages that are open. Nothing is told, and nobody looked at, while
    all is as the phone knows it."""
    if request.tenant is None:
        raise OutOfScope
    now = timezone.now().isoformat()
    tag = _tag(_open(request.user, request.tenant))
    if request.GET.get("known") == tag:
        return JsonResponse({"ok": True, "same": True, "server_now": now})
    part = day_part(request.user, request.tenant, timezone.localdate())
    seen = [one["id"] for alarm in part["alarms"] for one in alarm["people"]]
    if seen:
        access_record(request.user, action="alarm_phone", model="services.alarm",
                      subjects=seen, tenant=request.tenant.id, fields="household",
                      count=len(seen))  # fmt: skip
    return JsonResponse({"ok": True, "same": False, "server_now": now} | part)


@json_page(Permission.ALARM_ANSWER, "POST")
def alarm_call(request, alarm_id: UUID, resident_id: UUID):
    """The number for one call."""
    here = getattr(request.tenant, "id", None)
    alarm = alarms_open_to(request.user).filter(pk=alarm_id, community=here).first()
    if alarm is None:
        raise OutOfScope
    return JsonResponse({"ok": True, "phone": number_for(request.user, alarm, resident_id).phone})


def _open(viewer, tenant) -> list[Alarm]:
    rows = alarms_open_to(viewer).filter(community=tenant.id, state__in=OPEN)
    return list(rows.select_related("device", "taken_by").order_by("-last_rang_at", "pk")[:MOST])


def _tag(rows: list[Alarm]) -> str:
    known = ",".join(f"{row.pk}:{row.version}" for row in rows)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _json(viewer, row: Alarm, people, also) -> dict:
    return {
        "id": str(row.pk), "address": row.addr_key, "number": row.number,
        "kind": row.get_kind_display(), "spot": row.spot, "count": row.count,
        "rang_at": row.rang_at.isoformat(), "last_rang_at": row.last_rang_at.isoformat(),
        "taken_by": row.taken_by.name if row.taken_by else "",
        "taken_at": row.taken_at.isoformat() if row.taken_at else None,
        "mine": row.taken_by_id == viewer.pk,
        "also": row.pk in also,
        "people": [{"id": str(one.pk), "name": one.name, "relation": one.get_relation_display(),
                    "has_phone": can_ring(one)} for one in people],
    }  # fmt: skip
