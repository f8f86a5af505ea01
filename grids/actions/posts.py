"""Writes on the posts of a cell."""

import datetime as dt

from grids.models import CellPost, GridCell, PostKind
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError


@action(Permission.PLACE_UPDATE)
def post_give(*, by, cell: GridCell, user: User, kind: str, from_on: dt.date) -> CellPost:
    """Appoint somebody who may work in the cell; whoever held a single post ends the day before.

    Raises DomainError for somebody without access to the cell.
    """
    if not user.is_active or not access_of(user).covers(
        Permission.VISIT_CREATE, cell.community_id, cell.pk
    ):
        raise DomainError(
            f"{user.name}没有这个网格的任职，请先在“工作人员”里添加任职。", field="user"
        )
    if kind in (PostKind.LEADER, PostKind.BACKUP, PostKind.HEAD):
        for held in CellPost.objects.filter(cell=cell, kind=kind, to_on=None):
            if held.user_id == user.pk:
                raise DomainError(f"{user.name}已在这个岗位上。", field="user")
            _end(by, held, from_on - dt.timedelta(days=1))
    return row_create(by, CellPost(community_id=cell.community_id, cell=cell, user=user,
                                   kind=kind, from_on=from_on))  # fmt: skip


@action(Permission.PLACE_UPDATE)
def post_end(*, by, post: CellPost, version: int, to_on: dt.date) -> CellPost:
    if to_on < post.from_on:
        raise DomainError("截止日期不能早于起始日期。", field="to_on")
    return row_update(by, post, version, {"to_on": to_on})


def _end(by, post: CellPost, to_on: dt.date) -> None:
    if to_on < post.from_on:
        raise DomainError("接任日期不能早于前任的起始日期。", field="from_on")
    row_update(by, post, post.version, {"to_on": to_on})
