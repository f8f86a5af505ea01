"""Who answers for the visits of a cell, today."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.access import people_in_cells
from portal.accounts.models import User
from portal.core.access import access_of
from residents.models import VisitStage


def holders_of(cells: Iterable[UUID], kind: str, on: date) -> dict[UUID, list[User]]:
    """{cell: the people who hold this post}; a micro-cell without one takes its parent's."""
    wanted = {key for key in cells if key}
    parents = dict(GridCell.objects.filter(pk__in=wanted).values_list("pk", "parent"))
    places = wanted | {parent for parent in parents.values() if parent}
    posts = CellPost.objects.current(on).filter(cell__in=places, kind=kind, user__is_active=True)
    found: dict[UUID, list[User]] = {}
    for post in posts.select_related("user").order_by("from_on", "pk"):
        found.setdefault(post.cell_id, []).append(post.user)
    held = {key: found.get(key) or found.get(parents.get(key)) for key in wanted}
    return {key: people for key, people in held.items() if people}


def leaders_of(cells: Iterable[UUID], on: date) -> dict[UUID, list[User]]:
    """{cell: its leaders}: the posts; in a cell without one, who works there by membership."""
    wanted = {key for key in cells if key}
    found = holders_of(wanted, PostKind.LEADER, on)
    if left := wanted - found.keys():
        found |= people_in_cells(left)
    return found


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
