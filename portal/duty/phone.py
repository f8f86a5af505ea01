"""What the phone keeps of duty: one's own shifts, requests, colleagues' shifts, who is on duty."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.duty.actions.checkin import EARLY
from portal.duty.actions.handover import matters_open
from portal.duty.models import DutyRules, Shift, ShiftChange
from portal.duty.now import on_duty
from portal.duty.people import heads, taking_part

AHEAD = timedelta(days=31)
SOON = timedelta(hours=36)  # the list is fetched daily at least
MATTERS = 20


def day_part(viewer, tenant, today) -> dict:
    """``duty``: {shifts, others, colleagues, asked, asking, now, heads, matters}, or None for
    people without duty. Moments are ISO texts; ``from_at`` is when a check-in opens."""
    if not access_of(viewer).can(Permission.DUTY_VIEW, tenant.id):
        return {"duty": None}
    now = timezone.now()
    rows = (
        Shift.objects.visible_to(viewer)
        .published()
        .filter(community=tenant.id, ends_at__gt=now, starts_at__lt=now + AHEAD, user__isnull=False)
    )
    rows = list(rows.select_related("user").order_by("starts_at", "pk"))
    changes = ShiftChange.objects.visible_to(viewer).filter(community=tenant.id).waiting(now)
    changes = list(changes.select_related("shift", "other_shift", "giver", "taker"))
    people = taking_part(tenant.id).exclude(pk=viewer.pk).values_list("pk", "name")
    return {"duty": {
        "shifts": [_shift(row) for row in rows if row.user_id == viewer.pk],
        "others": [_other(row, now) for row in rows if row.user_id != viewer.pk],
        "colleagues": [{"id": str(key), "name": name} for key, name in people],
        "asked": [_change(row, row.giver.name) for row in changes
                  if row.taker_id == viewer.pk and row.state == "asked"],
        "asking": [_change(row, row.taker.name) for row in changes if row.giver_id == viewer.pk],
        "now": [{"user": str(one.user_id), "name": one.name, "phone": one.work_phone,
                 "shift": one.shift, "until": one.ends_at.isoformat()}
                for one in on_duty(tenant.id, now)],
        "heads": [{"name": one.name, "phone": one.work_phone}
                  for one in heads(tenant.id, DutyRules.of(tenant.id)) if one.work_phone],
        "matters": [{"id": str(row.pk), "text": row.text} for row in
                    matters_open(tenant.id)[:MATTERS]],
    }}  # fmt: skip


def _shift(row: Shift) -> dict:
    return {
        "id": str(row.pk), "name": row.name, "kind": row.kind, "on": row.on.isoformat(),
        "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
        "from_at": (row.starts_at - EARLY).isoformat(), "is_holiday": row.is_holiday,
        "checked_in_at": row.checked_in_at.isoformat() if row.checked_in_at else None,
    }  # fmt: skip


def _other(row: Shift, now) -> dict:
    """A colleague's shift; the office telephone only of those who come on duty soon, because
    the phone may be without signal when they are needed."""
    phone = row.user.work_phone if row.starts_at < now + SOON else ""
    return _shift(row) | {"who": row.user.name, "user": str(row.user_id), "phone": phone}


def _change(row: ShiftChange, other: str) -> dict:
    return {
        "id": str(row.pk), "kind": row.get_kind_display(), "state": row.get_state_display(),
        "who": other, "reason": row.reason, "shift": _shift(row.shift),
        "other": _shift(row.other_shift) if row.other_shift else None,
    }  # fmt: skip
