"""The list that a phone keeps for a day without signal: the rooms' parts, put together.

Each room below gives what concerns it (``day_part`` in its ``phone`` module); nothing here
may be more than the person sees at a desk, and numbers of residents are never in it.
"""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from grids.phone import day_part as grids_part
from portal.accounts.access import role_names
from portal.accounts.permissions import Permission, Role
from portal.core.access import access_of
from portal.core.audit import access_record
from portal.duty.phone import day_part as duty_part
from portal.phone.plan import plan_part
from residents.phone import day_part as residents_part
from services.phone import day_part as alarms_part

KEPT = timedelta(days=7)
NOTICES = 20
EMPTY = {
    "tasks": [], "households": [], "doors": [], "month": {}, "rules": [], "incidents": [],
    "categories": [], "assets": [], "buildings": [], "contacts": [], "plan": None, "duty": None,
    "alarms": [], "alarms_tag": None,
}  # fmt: skip


def parts() -> list[Callable]:
    """The rooms' functions ``(viewer, tenant, today) -> dict`` and our own."""
    return [residents_part, grids_part, plan_part, duty_part, alarms_part]


def user_part(user) -> dict:
    """Who works with this phone. Leaders have large letters unless they say otherwise."""
    large = user.large_text or str(Role.LEADER.label) in role_names(user)
    return {"id": str(user.pk), "name": user.name, "large": large}


def _communities(user) -> list[dict]:
    """Where else somebody works who has posts in several."""
    access = access_of(user)
    found = [
        {"id": str(key), "name": name}
        for key, name in access.names.items() if access.can(Permission.VISIT_CREATE, key)
    ]  # fmt: skip
    return found if len(found) > 1 else []


def _notices(user) -> list[dict]:
    """What the person has not seen in the inbox yet, the newest first; no values of a resident."""
    rows = user.notices.filter(seen_at=None).order_by("-created_at", "pk")[:NOTICES]
    return [
        {"id": str(row.pk), "text": row.text, "url": row.url, "at": row.created_at.isoformat()}
        for row in rows
    ]


def day_of(user, tenant) -> dict:
    """What the phone keeps; the look at the households in it is logged once for all of them."""
    now = timezone.now()
    day = dict(EMPTY)
    if tenant:
        for part in parts():
            day |= part(user, tenant, timezone.localdate(now))
    people = [member["id"] for home in day["households"] for member in home["members"]]
    people += [one["id"] for alarm in day["alarms"] for one in alarm["people"]]
    if people := list(dict.fromkeys(people)):
        access_record(user, action="phone_day", model="residents.household", subjects=people,
                      tenant=tenant.id, fields="household care", count=len(people))  # fmt: skip
    return day | {
        "ok": True,
        "user": user_part(user),
        "community": {"id": str(tenant.id), "name": tenant.name} if tenant else None,
        "communities": _communities(user),
        "notices": _notices(user),
        "made_at": now.isoformat(),
        "keep_until": (now + KEPT).isoformat(),
        "server_now": now.isoformat(),
    }
