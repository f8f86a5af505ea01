"""Who answers for a cell on a day."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from grids.models import CellPost, PostKind
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role


def people_of(cells: Iterable, kind: str, on: dt.date) -> dict[UUID, list[User]]:
    """{cell id: [users]} who hold the post that day; leaders also by their membership, so
    that nobody is entered twice."""
    cells = _keys(cells)
    found: dict[UUID, list[User]] = {}
    posts = CellPost.objects.current(on).filter(cell__in=cells, kind=kind, user__is_active=True)
    for post in posts.select_related("user").order_by("from_on", "pk"):
        found.setdefault(post.cell_id, []).append(post.user)
    if kind == PostKind.LEADER:
        missing = [key for key in cells if key not in found]
        held = Membership.objects.current(on).filter(
            role=Role.LEADER, cells__in=missing, user__is_active=True
        )
        for post in held.select_related("user").prefetch_related("cells").order_by("from_on", "pk"):
            for cell in post.cells.all():
                if cell.pk in missing:
                    found.setdefault(cell.pk, []).append(post.user)
    return found


def _keys(cells) -> list[UUID]:
    return [getattr(cell, "pk", cell) for cell in cells]
