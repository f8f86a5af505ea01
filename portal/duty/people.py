"""People of a community as duty needs them."""

from uuid import UUID

from django.utils import timezone

from portal.accounts.models import Membership, User
from portal.accounts.permissions import ROLES, Permission


def holders(permission: Permission, community_id: UUID) -> list[User]:
    """Who holds a permission in the community today."""
    roles = [role for role, held in ROLES.items() if permission in held]
    posts = Membership.objects.current(timezone.localdate()).filter(
        community=community_id, role__in=roles, user__is_active=True
    )
    return list(User.objects.filter(pk__in=posts.values("user")).order_by("name", "pk"))


def heads(community_id: UUID, rules) -> list[User]:
    """Who hears of a missed check-in: the head of duty, else the directors."""
    if rules and rules.head_id and rules.head.is_active:
        return [rules.head]
    return holders(Permission.DUTY_APPROVE, community_id)


def staff_of(community_id: UUID):
    """Everybody with a post in the community today."""
    posts = Membership.objects.current(timezone.localdate()).filter(community=community_id)
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("name", "pk")
