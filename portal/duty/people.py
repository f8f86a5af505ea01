"""People of a community as duty needs them, and what they may be asked for."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from portal.accounts.people import ANY_CELL, holders
from portal.accounts.permissions import Permission
from portal.duty.models import DutyMember, Shift, ShiftChange

NEAR = timedelta(days=31)  # how far apart two shifts may lie that are swapped


def heads(community_id: UUID, rules) -> list:
    """Who hears of a missed check-in: the head of duty while in a post, else the directors."""
    head = staff_of(community_id).filter(pk=rules.head_id) if rules.head_id else ()
    return list(head) or list(holders(Permission.DUTY_APPROVE, community_id))


def staff_of(community_id: UUID):
    """Everybody whose post in the community lets them see duty, so also keep it."""
    return holders(Permission.DUTY_VIEW, community_id, ANY_CELL)


def taking_part(community_id: UUID):
    """Those of them who are among the people of duty."""
    return staff_of(community_id).filter(
        pk__in=DutyMember.objects.filter(community=community_id).values("user")
    )


def approvers(community_id: UUID) -> dict:
    """{id: user} of those who may approve swaps, by name."""
    return {user.pk: user for user in holders(Permission.DUTY_APPROVE, community_id)}


def decides(user_id: UUID, change: ShiftChange, approving: Collection[UUID]) -> bool:
    """Whether the swap waits for this person's word: four eyes, so that nobody approves a swap
    of their own unless nobody else may approve at all."""
    parties = {change.giver_id, change.taker_id}
    return user_id in approving and (user_id not in parties or parties.issuperset(approving))


def shifts_in_return(shift: Shift):
    """Colleagues' shifts to come for which this one can be swapped."""
    rows = Shift.objects.published().filter(
        community=shift.community_id, starts_at__gt=timezone.now(), user__isnull=False,
        on__range=(shift.on - NEAR, shift.on + NEAR),
    )  # fmt: skip
    return rows.exclude(user=shift.user_id).select_related("user").order_by("starts_at", "pk")
