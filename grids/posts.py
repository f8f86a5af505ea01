"""Who answers for a cell on a day, and for which cells somebody does."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.access import people_in_cells
from portal.accounts.models import User
from portal.core.access import access_of


def people_of(cells: Iterable, kind: str, on: dt.date) -> dict[UUID, list[User]]:
    """{cell id: who holds the post that day}; a micro-cell without one takes its parent's.

    A cell without a leader's post is led by who works there by membership, so that nobody is
    entered twice.
    """
    wanted = {getattr(cell, "pk", cell) for cell in cells if cell}
    parents = dict(GridCell.objects.filter(pk__in=wanted).values_list("pk", "parent"))
    places = wanted | {parent for parent in parents.values() if parent}
    posts = CellPost.objects.current(on).filter(cell__in=places, kind=kind, user__is_active=True)
    held: dict[UUID, list[User]] = {}
    for post in posts.select_related("user").order_by("from_on", "pk"):
        held.setdefault(post.cell_id, []).append(post.user)
    either = {key: held.get(key) or held.get(parents.get(key)) for key in wanted}
    found = {key: people for key, people in either.items() if people}
    if kind == PostKind.LEADER and (left := wanted - found.keys()):
        found |= people_in_cells(left)
    return found


class MyCells(NamedTuple):
    """The cells somebody works in: ``own`` as leader or worker, the others only for what has
    passed to the backup or the head."""

    own: set[UUID]
    backup: set[UUID]
    head: set[UUID]


def cells_of(viewer, tenant: UUID, permission: str, on: dt.date) -> MyCells:
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
