"""What happens to a published roster: swaps, replacements, sick calls. Each leaves who, why,
and the year's totals of both people after it."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, row_create, row_update
from portal.core.errors import DomainError, OutOfScope
from portal.core.locks import hold
from portal.core.notices import notice_send
from portal.core.outbox import messages_drop
from portal.duty.checks import taking_faults
from portal.duty.models import ChangeKind, ChangeState, DutyRules, Shift, ShiftChange
from portal.duty.people import approvers, decides, staff_of
from portal.duty.totals import Totals, year_totals

OVER = "这一班已经开始或结束，不能再调。"
ILL = "因病不能到岗"
ENDED = "这一班已经结束，不能再改。"
GONE_SHIFT = "这一班现在不是您的，请看最新排班。"
NOT_PUBLISHED = "排班表还没有发布，请直接修改草稿。"
GONE = "这一班已经换了人，申请失效，请重新申请。"
ALONE = "本人参与的调班，由本人批准：社区没有其他人可以批准"


@action(Permission.DUTY_VIEW)
def swap_ask(*, by, shift: Shift, taker, reason: str,
             other_shift: Shift | None = None) -> ShiftChange:  # fmt: skip
    """Ask somebody to take one's own shift, in exchange for one of theirs or for nothing."""
    community_lock(shift)
    shift, other_shift = fresh(shift), other_shift and fresh(other_shift)
    if shift.user_id != by.pk:
        raise OutOfScope
    if taker.pk == by.pk:
        raise DomainError("请选择另一位同事。", field="taker")
    if not staff_of(shift.community_id).filter(pk=taker.pk).exists():
        raise OutOfScope  # the rules' refusal would tell the name of anybody
    if other_shift and other_shift.user_id != taker.pk:
        raise DomainError("对方的这一班已经换了人，请重新选择。", field="other_shift")
    _still_ahead(shift, other_shift)
    _require_rules(_hands(shift, taker, other_shift, by))
    change = row_create(by, ShiftChange(
        community_id=shift.community_id, shift=shift, other_shift=other_shift, giver=by,
        taker=taker, reason=reason, kind=ChangeKind.SWAP if other_shift else ChangeKind.REPLACE,
    ))  # fmt: skip
    _tell([taker], change, "asked", f"{by.name}想请您{change.get_kind_display()}：{shift}。")
    return change


@action(Permission.DUTY_VIEW)
def swap_answer(*, by, change: ShiftChange, agrees: bool) -> ShiftChange:
    """The asked colleague's word. Where the director wants it, the director's follows."""
    community_lock(change)
    change = _open(change, ChangeState.ASKED)
    if change.taker_id != by.pk:
        raise OutOfScope
    now = {"answered_at": timezone.now()}
    if not agrees:
        done = row_update(by, change, change.version, now | {"state": ChangeState.REFUSED})
        _tell([change.giver], done, "refused", f"{by.name}没有同意您的调班申请：{change.shift}。")
        return done
    _require_standing(change)
    if not DutyRules.of(change.community_id).is_swap_approved:
        return _carry_out(by, change, now)
    done = row_update(by, change, change.version, now | {"state": ChangeState.ACCEPTED})
    bosses = approvers(change.community_id)
    bosses = [user for key, user in bosses.items() if decides(key, change, bosses)]
    _tell(bosses, done, "accepted", f"{change.giver.name}与{by.name}申请调班，请审批。")
    return done


@action(Permission.DUTY_APPROVE)
def swap_approve(*, by, change: ShiftChange, agrees: bool) -> ShiftChange:
    """The director's word, of somebody who is not a party to the swap; where nobody else may
    approve, a party may, and the log says so."""
    community_lock(change)
    change = _open(change, ChangeState.ACCEPTED)
    alone = _own(by, change)
    decided = {"decided_by": by, "decided_at": timezone.now()}
    if agrees:
        _require_standing(change)
        return _carry_out(by, change, decided, alone)
    refused = decided | {"state": ChangeState.REFUSED}
    done = row_update(by, change, change.version, refused, alone)
    people = [user for user in (change.giver, change.taker) if user.pk != by.pk]
    _tell(people, done, "declined", f"主任没有同意调班：{change.shift}。")
    return done


@action(Permission.DUTY_VIEW)
def change_cancel(*, by, change: ShiftChange) -> ShiftChange:
    """The asker takes it back while nothing has changed."""
    community_lock(change)
    change = _open(change, ChangeState.ASKED, ChangeState.ACCEPTED)
    if change.giver_id != by.pk:
        raise OutOfScope
    done = row_update(by, change, change.version, {"state": ChangeState.CANCELLED})
    _tell([change.taker], done, "cancelled", f"{by.name}撤回了调班申请：{change.shift}。")
    return done


@action(Permission.DUTY_PLAN)
def shift_replace(*, by, shift: Shift, user, reason: str) -> ShiftChange:
    """Give a shift of a published roster to somebody else, also one that nobody has."""
    community_lock(shift)
    shift = fresh(shift)
    _still_ahead(shift, started_too=True)
    if shift.user_id == user.pk:
        raise DomainError("这一班已经由这个人值班。", field="user")
    _require_rules({shift: user})
    _end_open(by, shift)
    change = row_create(by, ShiftChange(
        community_id=shift.community_id, shift=shift, giver=shift.user, taker=user, reason=reason,
        kind=ChangeKind.REPLACE, state=ChangeState.ASKED,
    ))  # fmt: skip
    return _carry_out(by, change, {"decided_by": by, "decided_at": timezone.now()})


@action(Permission.DUTY_VIEW)
def shift_sick(*, by, shift: Shift, reason: str, at: datetime | None = None) -> ShiftChange:
    """Somebody cannot come: said by the person or by who plans, at a moment that may lie back
    when the phone was offline. The shift stands open; those who plan are told at once."""
    community_lock(shift)
    shift = fresh(shift)
    may_plan = access_of(by).can(Permission.DUTY_PLAN, shift.community_id)
    if shift.user_id is None or not (shift.user_id == by.pk or may_plan):
        raise OutOfScope(GONE_SHIFT)
    _still_ahead(shift, started_too=True, at=at)
    giver = shift.user
    _end_open(by, shift)
    _pass(by, shift, None)
    change = row_create(by, ShiftChange(
        community_id=shift.community_id, shift=shift, giver=giver, reason=reason,
        kind=ChangeKind.SICK, state=ChangeState.DONE, decided_by=by, decided_at=timezone.now(),
        totals=_totals(shift, giver),
    ))  # fmt: skip
    planners = holders(Permission.DUTY_PLAN, shift.community_id).exclude(pk=by.pk)
    page = reverse("duty:shift_show", args=[shift.pk])
    asks = "请安排替班" if shift.ends_at > timezone.now() else "消息到得晚，这一班已经结束"
    _tell(planners, change, "sick", f"{giver.name}不能值班：{shift}，{asks}。", page)
    if giver.pk != by.pk:
        _tell([giver], change, "excused", f"已登记您不能值班：{shift}，由社区安排替班。")
    return change


# --- Inside


def community_lock(row) -> None:
    """One at a time changes the shifts of a community."""
    hold(f"duty:{row.community_id}")


def fresh(shift: Shift) -> Shift:
    """The shift as it is stored now, held to the end of the transaction."""
    rows = Shift.objects.select_related("user", "roster", "template")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=shift.pk)


def _own(by, change: ShiftChange) -> str:
    """What the log says of somebody who decides on a swap of their own. Raises DomainError
    while somebody else may decide."""
    if by.pk not in (change.giver_id, change.taker_id):
        return ""
    others = approvers(change.community_id)
    if decides(by.pk, change, others):
        return ALONE
    names = "、".join(user.name for key, user in others.items() if decides(key, change, others))
    raise DomainError(f"您是调班的一方，请由{names}批准。")


def _open(change: ShiftChange, *states: str) -> ShiftChange:
    change = ShiftChange.objects.select_related(
        "shift__roster", "shift__template", "other_shift__roster", "other_shift__template",
        "giver", "taker",
    ).get(pk=change.pk)  # fmt: skip
    if change.state not in states:
        raise DomainError("这个申请已经办完。")
    return change


def _still_ahead(*shifts: Shift | None, started_too: bool = False, at=None) -> None:
    for shift in filter(None, shifts):
        if not shift.roster.is_published:
            raise DomainError(NOT_PUBLISHED)
        if (shift.ends_at if started_too else shift.starts_at) <= (at or timezone.now()):
            raise DomainError(ENDED if started_too else OVER)


def _require_standing(change: ShiftChange) -> None:
    """Both shifts are still with those who asked and answered, ahead, and within the rules."""
    shift, other = change.shift, change.other_shift
    if shift.user_id != change.giver_id or (other and other.user_id != change.taker_id):
        raise DomainError(GONE)
    _still_ahead(shift, other)
    _require_rules(_hands(shift, change.taker, other, change.giver))


def _hands(shift: Shift, taker, other: Shift | None, giver) -> dict:
    return {shift: taker} | ({other: giver} if other else {})


def _require_rules(taken: dict) -> None:
    if broken := taking_faults(taken):
        raise DomainError("；".join(broken) + "。")


def _carry_out(by, change: ShiftChange, values: dict, reason: str = "") -> ShiftChange:
    """Both shifts change hands, the change is done, both people are told."""
    _end_open(by, change.shift, change.other_shift, but=change)
    _pass(by, change.shift, change.taker)
    if change.other_shift:
        _pass(by, change.other_shift, change.giver)
    totals = _totals(change.shift, change.giver, change.taker)
    values |= {"state": ChangeState.DONE, "totals": totals}
    done = row_update(by, change, change.version, values, reason)
    people = [user for user in (change.giver, change.taker) if user and user.pk != by.pk]
    _tell(people, done, "done", f"{change.get_kind_display()}已生效：{change.shift}。")
    return done


def _pass(by, shift: Shift, user) -> None:
    """Another person, or nobody: what was told to the one before is void."""
    if shift.user_id:
        messages_drop(f"duty:{shift.pk}:{shift.user_id}:")
    row_update(by, shift, shift.version, {
        "user": user, "reminded_at": None, "checked_in_at": None, "missed_at": None,
        "missed_head_at": None, "reason": "",
    })  # fmt: skip


def _end_open(by, *shifts: Shift | None, but: ShiftChange | None = None) -> None:
    """What else was asked for these shifts, or offered in return, has lost its ground."""
    keys = [shift.pk for shift in shifts if shift]
    rows = ShiftChange.objects.open().filter(Q(shift__in=keys) | Q(other_shift__in=keys))
    rows = rows.exclude(pk=but and but.pk).select_related("giver", "taker", "shift")
    for change in rows:
        row_update(by, change, change.version, {"state": ChangeState.CANCELLED})
        people = [user for user in (change.giver, change.taker) if user.pk != by.pk]
        _tell(people, change, "void", f"调班申请已失效：{change.shift}，班次已另有变动。")


def _totals(shift: Shift, *users) -> dict:
    users = [user for user in users if user]
    counted = year_totals(shift.community_id, shift.on.year, [user.pk for user in users])
    return {str(user.pk): counted.get(user.pk, Totals()).told() for user in users}


def _tell(people, change: ShiftChange, what: str, text: str, page: str = "") -> None:
    notice_send(people, f"duty_change:{change.pk}:{what}", text, page or reverse("duty:mine"),
                change.community_id)  # fmt: skip
