"""Who is on duty: for alarms, the public page and the phone, in one query."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.duty.models import Shift
from portal.duty.people import staff_of


class OnDuty(NamedTuple):
    """A person on duty with the office telephone; moments are aware."""

    user_id: UUID
    name: str
    work_phone: str
    kind: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    is_checked_in: bool


def on_duty(community_id: UUID, at: datetime | None = None, kind: str = "") -> list[OnDuty]:
    """Everybody on duty in the community at that moment (now), of a kind if one is named, who
    still works there; who has checked in comes first."""
    rows = Shift.objects.published().running(at or timezone.now())
    rows = rows.filter(community=community_id, user__in=staff_of(community_id))
    if kind:
        rows = rows.filter(kind=kind)
    found = rows.order_by("kind", "starts_at", "seat").values_list(
        "user_id", "user__name", "user__work_phone", "kind", "name", "starts_at", "ends_at",
        "checked_in_at",
    )  # fmt: skip
    people = [OnDuty(*row[:-1], row[-1] is not None) for row in found]
    return sorted(people, key=lambda one: not one.is_checked_in)


def duty_places(user, at: datetime | None = None):
    """Where this person is on duty at that moment (now), as a query of communities; only where
    somebody in such a post keeps duty."""
    rows = Shift.objects.published().running(at or timezone.now())
    here = access_of(user).tenants(Permission.DUTY_VIEW)
    return rows.filter(user=user.pk, community__in=here).values("community")
