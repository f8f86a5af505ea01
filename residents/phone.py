"""What phones get of people: the day's list, one household, one telephone call.

No id numbers, no telephone numbers, of births the year only; each part in a fixed number of
queries.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import orjson
from django.http import JsonResponse
from django.utils import timezone

from grids.models import Dwelling, Incident
from grids.posts import MyCells, cells_of
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.audit import access_record
from portal.core.errors import DomainError, OutOfScope
from portal.core.json_pages import json_page
from residents.models import (
    CareTag,
    Household,
    Resident,
    Visit,
    VisitAnswer,
    VisitFinding,
    VisitOutcome,
    VisitTask,
)
from residents.sheets import REASONS
from residents.visits.due import rules_of
from residents.visits.words import every, why

REMEMBERED = timedelta(days=366)  # how far back the last answers are looked for
EMPTY = {"tasks": [], "households": [], "doors": [], "month": {}, "rules": []}


def day_part(viewer, tenant, today: date) -> dict:
    """What the phone keeps of the viewer's cells; whoever sends it logs the look."""
    if not access_of(viewer).can(Permission.VISIT_VIEW, tenant.id):
        return EMPTY
    cells = cells_of(viewer, tenant.id, Permission.VISIT_VIEW, today)
    tasks = _tasks(viewer, tenant, cells)
    care = access_of(viewer).can(Permission.CARE_VIEW, tenant.id)
    # What is shown as due opens in the stairwell too; no other household is kept.
    due = {task.household_id for task in tasks}
    rows = Household.objects.visible_to(viewer).filter(pk__in=due)
    return {
        "tasks": [task_json(task, today, care) for task in tasks],
        "households": households_json(viewer, rows),
        "doors": _doors(viewer, tenant, cells.own, tasks, today),
        "month": _month(viewer, tenant, today, len(tasks)),
        "rules": [
            {"id": str(rule.pk), "name": rule.name if care else "", "every": every(
                rule.interval_days), "change_hours": rule.change_hours}
            for rule in rules_of(tenant.id)
        ],
    }  # fmt: skip


def household_json(viewer, tenant, household_id: UUID) -> dict:
    """One household as in the day's list. The look is logged. Raises OutOfScope."""
    rows = Household.objects.visible_to(viewer).filter(pk=household_id, community=tenant.id)
    found = households_json(viewer, rows)
    if not found:
        raise OutOfScope
    people = [member["id"] for member in found[0]["members"]]
    access_record(
        viewer, action="household_phone", model="residents.household", row_id=household_id,
        subjects=people, tenant=tenant.id, fields="household care", count=len(people) or 1,
    )  # fmt: skip
    return found[0]


@json_page(Permission.VISIT_VIEW, "GET")
def household_show(request, household_id: UUID):
    if request.tenant is None:
        raise OutOfScope
    return JsonResponse({"ok": True} | household_json(request.user, request.tenant, household_id))


@json_page(Permission.RESIDENT_REVEAL, "POST")
def resident_call(request, resident_id: UUID):
    """The number for one call: a reason, a log row, then the number."""
    rows = Resident.objects.visible_to(request.user, Permission.RESIDENT_REVEAL)
    here = getattr(request.tenant, "id", None)
    resident = rows.filter(pk=resident_id, community=here).first()
    if resident is None or not resident.is_open_to(request.user):
        raise OutOfScope
    reason = dict(REASONS).get(_reason(request))
    if reason is None:
        raise DomainError("请说明为什么打这个电话。", field="reason")
    if not resident.phone_mask:
        raise DomainError("这位居民没有登记电话。")
    access_record(
        request.user, action="resident_call", model="residents.resident", row_id=resident.pk,
        tenant=resident.community_id, fields="phone", reason=reason,
    )  # fmt: skip
    return JsonResponse({"ok": True, "phone": resident.phone})


def _reason(request) -> str:
    if request.content_type != "application/json":
        return request.POST.get("reason", "")
    try:
        return str(orjson.loads(request.body)["reason"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


# --- Parts of the day's list


def _tasks(viewer, tenant, cells: MyCells) -> list[VisitTask]:
    """In walking order: by address as it is walked, the earliest first at one door."""
    rows = VisitTask.objects.visible_to(viewer).waiting_with(cells).filter(community=tenant.id)
    places = rows.select_related("household__dwelling__building", "rule", "round")
    return list(places.order_by("addr_sort", "due_on", "pk"))


def task_json(task: VisitTask, today: date, care: bool) -> dict:
    home = task.household.dwelling
    return {
        "id": str(task.pk),
        "household": str(task.household_id),
        "address": task.addr_key,
        "building": str(home.building),
        "entrance": home.entrance,
        "floor": home.floor,
        "cause": task.cause,
        "why": why(task, care),
        "due_on": task.due_on.isoformat(),
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "stage": task.stage,
        "stage_label": task.get_stage_display(),
        "late_days": max(0, (today - task.due_on).days),
    }


def households_json(viewer, rows) -> list[dict]:
    """Households with every member, as far as the viewer may see each."""
    homes = list(rows.select_related("dwelling__building").order_by("addr_sort", "pk"))
    keys = [home.pk for home in homes]
    people = list(
        Resident.objects.visible_to(viewer).living().filter(household__in=keys)
        .order_by("household", "born_on", "pk")
    )  # fmt: skip
    open_ = [row.pk for row in people if row.is_open_to(viewer)]
    needs, last = _needs(viewer, open_), _last(viewer, open_)
    seen, mine = _seen(viewer, keys), _mine(viewer, keys)
    members: dict[UUID, list] = {}
    for row in people:
        shut = row.pk not in needs and not row.is_open_to(viewer)
        members.setdefault(row.household_id, []).append({
            "id": str(row.pk),
            "version": row.version,
            "name": row.name,
            "relation": row.get_relation_display(),
            "birth_year": None if shut else row.birth_year,
            "has_phone": bool(row.phone_mask) and not shut,
            "needs": needs.get(row.pk, []),
            "last": last.get(row.pk),
        })  # fmt: skip
    return [
        {
            "id": str(home.pk),
            "address": home.addr_key,
            "building": str(home.dwelling.building),
            "entrance": home.dwelling.entrance,
            "floor": home.dwelling.floor,
            "room": home.dwelling.room,
            "last_visit": seen.get(home.pk),
            "mine": mine.get(home.pk),
            "members": _head_first(home, members.get(home.pk, [])),
        }
        for home in homes
    ]


def _head_first(home: Household, members: list[dict]) -> list[dict]:
    return sorted(members, key=lambda member: member["id"] != str(home.head_id))


def _needs(viewer, people: list[UUID]) -> dict[UUID, list[str]]:
    tags = CareTag.objects.visible_to(viewer).valid_on(timezone.localdate())
    found: dict[UUID, list[str]] = {}
    for tag in tags.filter(resident__in=people).order_by("kind"):
        found.setdefault(tag.resident_id, []).append(tag.label)
    return found


def _last(viewer, people: list[UUID]) -> dict[UUID, dict]:
    """The last answer about each person, from visits that were not corrected."""
    rows = VisitAnswer.objects.visible_to(viewer).filter(
        resident__in=people, visit__corrected_by=None, visit__outcome=VisitOutcome.MET,
        visit__visited_on__gt=timezone.localdate() - REMEMBERED,
    )  # fmt: skip
    rows = rows.order_by("visit__started_at").select_related("visit")
    return {
        row.resident_id: {"on": row.visit.visited_on.isoformat(), "state": row.state,
                          "words": row.get_state_display()}
        for row in rows
    }  # fmt: skip


def _seen(viewer, households: Iterable[UUID]) -> dict[UUID, str]:
    rows = Visit.objects.visible_to(viewer).filter(
        household__in=households, outcome=VisitOutcome.MET, corrected_by=None
    )
    days = rows.order_by("visited_on").values_list("household", "visited_on")
    return {key: day.isoformat() for key, day in days}


def _mine(viewer, households: Iterable[UUID]) -> dict[UUID, str]:
    """The viewer's own last visit of today, which may still be put right by phone."""
    rows = Visit.objects.visible_to(viewer).filter(
        household__in=households, by=viewer, visited_on=timezone.localdate(), corrected_by=None
    )
    rows = rows.exclude(outcome=VisitOutcome.VOID).order_by("started_at", "pk")
    return {home: str(key) for home, key in rows.values_list("household", "pk")}


def _doors(viewer, tenant, cells: set, tasks: list[VisitTask], today: date) -> list[dict]:
    """My cells by building, entrance and floor from the top: what is left at each door."""
    rows = Dwelling.objects.visible_to(viewer).filter(community=tenant.id, cell__in=cells)
    rows = rows.select_related("building").order_by("addr_sort")
    homes: dict[UUID, list[UUID]] = {}
    for key, dwelling in (
        Household.objects.visible_to(viewer).filter(cell__in=cells, closed_on=None)
        .order_by("pk").values_list("pk", "dwelling")
    ):  # fmt: skip
        homes.setdefault(dwelling, []).append(key)
    waiting: dict[UUID, bool] = {}
    for task in tasks:
        waiting[task.household_id] = waiting.get(task.household_id, False) or task.due_on < today
    buildings: dict[UUID, dict] = {}
    for row in rows:
        building = buildings.setdefault(
            row.building_id,
            {"building": str(row.building_id), "name": str(row.building), "entrances": {}},
        )
        floors = building["entrances"].setdefault(row.entrance, {})
        floors.setdefault(row.floor, []).append(_door(row, homes.get(row.pk, []), waiting))
    return [b | {"entrances": _entrances(b["entrances"])} for b in buildings.values()]


def _entrances(entrances: dict) -> list[dict]:
    return [
        {
            "name": name,
            "floors": [
                {"floor": floor, "doors": floors[floor]}
                for floor in sorted(floors, key=lambda f: (f is not None, f or 0), reverse=True)
            ],
        }
        for name, floors in entrances.items()
    ]


def _door(dwelling: Dwelling, homes: list[UUID], waiting: dict[UUID, bool]) -> dict:
    left = [key for key in homes if key in waiting]
    late = [key for key in left if waiting[key]]
    state = "late" if late else "left" if left else "done" if homes else "empty"
    shown = (late or left or homes or [None])[0]
    return {"dwelling": str(dwelling.pk), "household": shown and str(shown),
            "label": dwelling.room, "state": state}  # fmt: skip


def _month(viewer, tenant, today: date, tasks_open: int) -> dict:
    """What the viewer has done this month, counted from the records."""
    first = today.replace(day=1)
    mine = Visit.objects.visible_to(viewer).filter(
        community=tenant.id, by=viewer, visited_on__gte=first, outcome=VisitOutcome.MET,
        corrected_by=None,
    )  # fmt: skip
    found = VisitFinding.objects.visible_to(viewer).filter(
        visit__community=tenant.id, visit__by=viewer, visit__visited_on__gte=first
    )
    incidents = Incident.objects.visible_to(viewer).filter(
        community=tenant.id, created_by=viewer, reported_at__date__gte=first
    )
    households = mine.values_list("household", flat=True)
    return {
        "visits": mine.count(),
        "households": households.distinct().count(),
        "incidents": incidents.count(),
        "findings": found.count(),
        "tasks_open": tasks_open,
    }
