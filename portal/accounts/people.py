"""Who works where: people by what they may do."""

from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Membership, User
from portal.accounts.permissions import IN_CELLS, ROLES, Role


def holders(permission: str, community_id, cell_id=None, roles=None) -> list[User]:
    """People who hold a permission in a community today, those of cells only in theirs."""
    wanted = [role for role in roles or Role.values if permission in ROLES[role]]
    posts = Membership.objects.current(timezone.localdate()).filter(
        Q(community=community_id), Q(cells=cell_id) | ~Q(role__in=IN_CELLS),
        role__in=wanted, user__is_active=True,
    )  # fmt: skip
    return list({post.user_id: post.user for post in posts.select_related("user")}.values())
