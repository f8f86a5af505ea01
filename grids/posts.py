"""Who answers for a cell on a day, and for which cells somebody does."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.access import people_in_cells
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.access import access_of


def people_of(cells: Iterable, kind: str, on: dt.date) -> dict[UUID, list[User]]:
    """{cell id: who holds the post that day}; a micro-cell without one takes its parent's.

    Whoever may not work in the cell any more has no part in it, even where the post was left
    open. A cell without a leader's post is led by who works there by membership, so that nobody
    is entered twice.
    """
    wanted = {getattr(cell, "pk", cell) for cell in cells if cell}
    rows = GridCell.objects.filter(pk__in=wanted).values_list("pk", "parent", "community")
    above = {key: (parent, community) for key, parent, community in rows}
    places = wanted | {parent for parent, _ in above.values() if parent}
    posts = CellPost.objects.current(on).filter(cell__in=places, kind=kind, user__is_active=True)
    held: dict[UUID, list[User]] = {}
    for post in posts.select_related("user").order_by("from_on", "pk"):
        held.setdefault(post.cell_id, []).append(post.user)
    is_past = on < timezone.localdate()
    found = {}
    for key, (parent, community) in above.items():
        for place in filter(None, (key, parent)):
            people = [
                user for user in held.get(place, ()) if is_past or _works(user, community, key)
            ]
            if people:
                found[key] = people
                break
    if kind == PostKind.LEADER and (left := wanted - found.keys()):
        found |= people_in_cells(left)
    return found


def leaders_named(cells: Iterable[UUID], on: dt.date) -> dict[UUID, list[User]]:
    """Whom pages name as a cell's leaders: who holds the post, and only where nobody does, who
    works there by membership. In two queries; ``people_of`` asks besides who may still work."""
    wanted, held = set(cells), {}
    posts = CellPost.objects.current(on).filter(
        cell__in=wanted, kind=PostKind.LEADER, user__is_active=True
    )
    for post in posts.select_related("user").order_by("from_on", "pk"):
        held.setdefault(post.cell_id, []).append(post.user)
    return people_in_cells(wanted - held.keys()) | held


def _works(user: User, community: UUID, cell: UUID) -> bool:
    return access_of(user).covers(Permission.VISIT_CREATE, community, cell)


def posts_of(cell: GridCell, on: dt.date) -> list[tuple[CellPost, bool]]:
    """The posts of a cell, the leader first, each with whether its holder may work there."""
    rows = list(cell.posts.current(on).select_related("user").order_by("from_on", "pk"))
    rows.sort(key=lambda post: PostKind.values.index(post.kind))
    return [
        (post, post.user.is_active and _works(post.user, cell.community_id, cell.pk))
        for post in rows
    ]


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
    for kind, found in _below(viewer, held, on).items():
        held[kind] |= found
    backup, head = held[PostKind.BACKUP], held[PostKind.HEAD]
    leads = held[PostKind.LEADER] | held[PostKind.WORKER]
    return MyCells(leads | (named - backup - head), backup, head)


def _below(viewer, held: dict[str, set], on: dt.date) -> dict[str, set]:
    """The micro-cells that fall to the viewer because they have nobody of their own."""
    places = set().union(*held.values())
    rows = GridCell.objects.filter(parent__in=places, valid_to=None) if places else ()
    below = {row.pk: row.parent_id for row in rows}
    return {
        kind: {
            key for key, people in people_of(mine, kind, on).items()
            if viewer.pk in {user.pk for user in people}
        }
        for kind, over in held.items()
        if (mine := {key for key, parent in below.items() if parent in over})
    }  # fmt: skip
