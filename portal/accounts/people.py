"""Who works where: people by what they may do."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.models import Membership, User
from portal.accounts.permissions import IN_CELLS, ROLES, Role

ANY_CELL = object()


def holders(permission: str, community_id, cell_id=None, roles=None) -> QuerySet[User]:
    """People who hold a permission in a community today, those of cells only in theirs; with
    ANY_CELL in whichever cells they work. By name."""
    wanted = [role for role in roles or Role.values if permission in ROLES[role]]
    posts = Membership.objects.current(timezone.localdate()).filter(
        community=community_id, role__in=wanted
    )
    if cell_id is not ANY_CELL:
        posts = posts.filter(Q(cells=cell_id) | ~Q(role__in=IN_CELLS))
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("name", "pk")
