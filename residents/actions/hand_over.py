"""A cell changes hands: the next leader gets the open work and the notes; visits keep their
author. Rates of the leaders' allowance are data as well."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from grids.actions import post_give
from grids.models import OPEN_STATES, CellPost, GridCell, Incident, PostKind
from grids.posts import people_of
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError
from portal.core.ids import new_id
from portal.core.notices import notice_send
from residents.models import (
    AllowanceRate,
    CellHandOver,
    FindingState,
    VisitFinding,
    VisitTask,
    visit_text,
)


@action(Permission.VISIT_PLAN)
def cell_hand_over(*, by, cell: GridCell, to_user: User, on: date, note: str = "") -> CellHandOver:
    """Appoint the next leader of a cell and give them what is open, with a note.

    Raises DomainError for somebody who may not work in the cell or leads it already.
    """
    if cell.valid_to:
        raise DomainError("这个网格已经停用，不能交接。")
    from_user = _leader_before(cell, to_user)
    post_give(by=by, cell=cell, user=to_user, kind=PostKind.LEADER, from_on=on)
    key = new_id()
    row = row_create(by, CellHandOver(
        id=key, community_id=cell.community_id, cell=cell, from_user=from_user, to_user=to_user,
        on=on, note_sealed=visit_text("hand_over", key, note.strip()), **open_work(cell),
    ))  # fmt: skip
    notice_send(
        [to_user], f"hand_over:{key}", f"{cell.name}交接给您，请查看未完成的工作并确认。",
        reverse("residents:hand_over_show", args=[key]), cell.community_id,
    )  # fmt: skip
    return row


@action(Permission.VISIT_CREATE)
def hand_over_confirm(*, by, hand_over: CellHandOver, version: int) -> CellHandOver:
    """The next leader has seen it all. Raises DomainError for anybody else."""
    if hand_over.to_user_id != by.pk:
        raise DomainError("请由接任的网格长本人确认。")
    if hand_over.confirmed_at:
        raise DomainError("已经确认过了。")
    return row_update(by, hand_over, version, {"confirmed_at": timezone.now()})


@action(Permission.VISIT_PLAN)
def allowance_rate_set(*, by, community, values: dict) -> AllowanceRate:
    """The rates from a day on; earlier months keep theirs."""
    return row_create(by, AllowanceRate(community=community, **values))


def _leader_before(cell: GridCell, to_user: User) -> User | None:
    """Who held the post, also when he or she may no longer work there."""
    today = timezone.localdate()
    posts = CellPost.objects.current(today).filter(cell=cell, kind=PostKind.LEADER)
    held = [post.user for post in posts.select_related("user").order_by("from_on", "pk")]
    held = held or people_of([cell.pk], PostKind.LEADER, today).get(cell.pk, [])
    return next((user for user in held if user.pk != to_user.pk), None)


def open_work(cell: GridCell) -> dict[str, int]:
    """What is open in a cell, as the columns of a hand-over."""
    return {
        "tasks_open": VisitTask.objects.waiting().filter(cell=cell).count(),
        "incidents_open": Incident.objects.filter(cell=cell, state__in=OPEN_STATES).count(),
        "findings_open": VisitFinding.objects.filter(
            visit__cell=cell, state=FindingState.OPEN
        ).count(),
    }
