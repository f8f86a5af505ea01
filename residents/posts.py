"""Who answers for the visits of a cell, today."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.access import people_in_cells
from portal.accounts.models import User
from portal.core.access import access_of


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


def cells_of(viewer, tenant: UUID, permission: str, on: date) -> set[UUID]:
    """The cells somebody works in: those of the memberships and of the posts, as far as the
    permission reaches. Staff who may see the whole community have only their posts here."""
    access = access_of(viewer)
    _, partial = access.reach(permission)
    cells = set().union(*(parts for place, parts in partial if place == tenant))
    posts = CellPost.objects.current(on).filter(community=tenant, user=getattr(viewer, "pk", None))
    for key in posts.values_list("cell", flat=True):
        if access.covers(permission, tenant, key):
            cells.add(key)
    return cells
