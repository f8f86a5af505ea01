"""With whom the visits of a cell wait."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from grids.models import CellPost, PostKind
from portal.core.access import access_of
from residents.models import VisitStage


class MyCells(NamedTuple):
    """The cells somebody works in: ``own`` as leader or worker, the others only for what has
    passed to the backup or the head."""

    own: set[UUID]
    backup: set[UUID]
    head: set[UUID]

    def tasks(self) -> Q:
        """The condition on tasks that wait with this person."""
        passed = (VisitStage.BACKUP, VisitStage.HEAD)
        return (
            Q(cell__in=self.own)
            | Q(cell__in=self.backup, stage__in=passed)
            | Q(cell__in=self.head, stage=VisitStage.HEAD)
        )


def cells_of(viewer, tenant: UUID, permission: str, on: date) -> MyCells:
    """Those of the memberships and of the posts, as far as the permission reaches. Staff who
    may see the whole community have only their posts here."""
    access = access_of(viewer)
    _, partial = access.reach(permission)
    named = set().union(*(parts for place, parts in partial if place == tenant))
    posts = CellPost.objects.current(on).filter(community=tenant, user=getattr(viewer, "pk", None))
    held: dict[str, set] = {kind: set() for kind in PostKind.values}
    for kind, key in posts.values_list("kind", "cell"):
        if access.covers(permission, tenant, key):
            held[kind].add(key)
    backup, head = held[PostKind.BACKUP], held[PostKind.HEAD]
    leads = held[PostKind.LEADER] | held[PostKind.WORKER]
    return MyCells(leads | (named - backup - head), backup, head)
