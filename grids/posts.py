"""Who answers for a cell on a day."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.access import people_in_cells
from portal.accounts.models import User


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
