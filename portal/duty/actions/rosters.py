"""A month's roster from its empty shifts to its publication; afterwards it is frozen."""

from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import F, ProtectedError
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.actions import (
    action,
    record_change,
    require_place,
    row_create,
    row_delete,
    row_update,
    unchanged,
)
from portal.core.bulk import bulk_update
from portal.core.errors import DomainError, OutOfScope
from portal.core.jobs import job_cancel, job_start
from portal.core.locks import hold
from portal.core.models import Job
from portal.core.notices import notice_send
from portal.duty.checks import taking_faults
from portal.duty.drift import FIELDS, drift_of, values_of
from portal.duty.models import Roster, RosterState, Shift
from portal.duty.plan import problem_of, shifts_make, solution_keep
from portal.duty.solver import Problem, Solution, faults

SOLVE_JOB = "duty.solve"
Keep = Literal["pinned", "all"]
FROZEN = "排班表已经发布，不能再改。请用调班、替班或病假登记。"
SOLVING = "正在自动排班，请等它做完，或者先停止。"
ADDED = "节假日或班次安排变了，新加的班，还没有排人"
CHANGED = "排班期间有人改动了班次、人员、请假或规定，这次的结果没有采用，请重新排班。"


@action(Permission.DUTY_PLAN)
def roster_create(*, by, community_id: UUID, month: date) -> Roster:
    """A draft for the month of that day, with all its shifts still empty."""
    hold(f"duty:{community_id}")
    roster = row_create(by, Roster(community_id=community_id, month=month.replace(day=1)))
    shifts = shifts_make(roster)
    if not shifts:
        raise DomainError("这个月没有要值的班。请先设置班次，并看启用日期。")
    _shifts_add(by, shifts)
    _note(by, roster, shifts=len(shifts))
    return roster


@action(Permission.DUTY_PLAN)
def roster_renew(*, by, roster: Roster) -> Roster:
    """Bring a draft into line with the calendar and the templates as they are now. Who is on a
    shift that is still kept stays on it; publication asks the rules again."""
    roster = _idle(by, roster)
    drift = drift_of(roster, list(roster.shifts.all()))
    if not drift:
        unchanged()
        return roster
    _shifts_remove(Shift.objects.filter(pk__in=[shift.pk for shift in drift.gone]))
    for shift in drift.more:
        shift.reason = ADDED
    _shifts_add(by, drift.more)
    rows = [(stored.pk, *values_of(wanted)) for stored, wanted in drift.other]
    bulk_update(Shift, FIELDS, rows, by=by)
    _touch(by, roster)
    _note(by, roster, added=len(drift.more), removed=len(drift.gone), changed=len(rows))
    return roster


@action(Permission.DUTY_PLAN)
def roster_solve(*, by, roster: Roster, keep: Keep = "pinned") -> Job:
    """Ask for a solution as a job: pinned shifts stay, with "all" every filled one. One at a
    time; until it is over nothing else changes the draft."""
    roster = _idle(by, roster)
    _note(by, roster, keep=keep)
    return job_start(
        by=by, kind=SOLVE_JOB, label=f"排班：{roster.month.year}年{roster.month.month}月",
        params={"roster": str(roster.pk), "keep": keep}, tenant=roster.community_id,
    )  # fmt: skip


@action(Permission.DUTY_PLAN)
def roster_stop(*, by, roster: Roster) -> None:
    """Stop the run that is under way, whoever began it; the draft stays as it was."""
    roster = _draft(by, roster.pk, roster.community_id)
    job = job_of(roster)
    if job is None or job.is_over:
        unchanged()
        return
    job_cancel(job)
    _note(by, roster, stopped=True)


@action(Permission.DUTY_PLAN)
def roster_assign(*, by, roster: Roster, keep: Keep, problem: Problem,
                  solution: Solution) -> Roster:  # fmt: skip
    """Write a solution, if what it was found for still stands."""
    roster = _draft(by, roster.pk, roster.community_id)
    if problem_of(roster, keep) != problem:
        raise DomainError(CHANGED)
    kept = solution_keep(problem, solution)
    stored = {pk: values for pk, *values in roster.shifts.values_list("pk", "user_id", "reason")}
    rows = [(pk, *new) for pk, new in kept.shifts.items() if stored[pk] != list(new)]
    bulk_update(Shift, ["user_id", "reason"], rows, by=by)
    _touch(by, roster, outcome=kept.outcome, solved_at=timezone.now())
    _note(by, roster, status=solution.status, filled=len(solution.assigned),
          unfilled=len(solution.unfilled), changed=len(rows))  # fmt: skip
    return roster


@action(Permission.DUTY_PLAN)
def roster_draft(*, by, community_id: UUID, month: date) -> bool:
    """Make and solve a month's draft, once; False when it is there or nothing is to be kept."""
    hold(f"duty:{community_id}")
    month = month.replace(day=1)
    there = Roster.objects.filter(community=community_id, month=month).exists()
    if there or not shifts_make(Roster(community_id=community_id, month=month)):
        unchanged()
        return False
    roster = roster_create(by=by, community_id=community_id, month=month)
    roster_solve(by=by, roster=roster)
    notice_send(holders(Permission.DUTY_PLAN, community_id), f"duty_drafted:{roster.pk}",
                f"系统已排出{roster}草稿，请核对、调整后发布。",
                reverse("duty:roster_show", args=[roster.pk]), community_id)  # fmt: skip
    return True


@action(Permission.DUTY_PLAN)
def shift_set(*, by, shift: Shift, version: int, user: User | None,
              is_pinned: bool = False) -> Shift:  # fmt: skip
    """Give a shift of a draft to somebody, or to nobody. Raises DomainError with the rules
    that the person would break."""
    shift = _shift(by, shift)
    if user and (broken := taking_faults({shift: user})):
        raise DomainError("；".join(broken), field="user")
    values = {"user_id": user and user.pk, "is_pinned": bool(user and is_pinned), "reason": ""}
    return row_update(by, shift, version, values)


@action(Permission.DUTY_PLAN)
def shift_pin(*, by, shift: Shift, version: int, is_pinned: bool) -> Shift:
    """Keep who is on the shift when the month is solved again, or let it go."""
    shift = _shift(by, shift)
    if is_pinned and not shift.user_id:
        raise DomainError("这一班还没有人，不能固定。")
    return row_update(by, shift, version, {"is_pinned": is_pinned})


@action(Permission.DUTY_PLAN)
def roster_publish(*, by, roster: Roster, version: int) -> Roster:
    """Freeze the month. Gaps are allowed and noted; a broken rule is not. Raises DomainError."""
    roster = _idle(by, roster)
    assigned = {str(pk): str(user) for pk, user in roster.shifts.values_list("pk", "user_id")
                if user}  # fmt: skip
    if not assigned:
        raise DomainError("一班都没有排人，不能发布。")
    if broken := faults(problem_of(roster, keep="all"), assigned):
        raise DomainError(_broken_words(broken))
    values = {"state": RosterState.PUBLISHED, "published_at": timezone.now()}
    stored = row_update(by, roster, version, values)
    people = User.objects.filter(pk__in=set(assigned.values()))
    notice_send(people, f"duty_published:{stored.pk}", f"{stored}已发布，请查看您的班次。",
                reverse("duty:mine"), stored.community_id)  # fmt: skip
    _note(by, stored, filled=len(assigned), gaps=stored.shifts.gaps().count())
    return stored


@action(Permission.DUTY_PLAN)
def roster_delete(*, by, roster: Roster) -> None:
    """Throw a draft away with its shifts."""
    roster = _idle(by, roster)
    count = roster.shifts.count()
    _shifts_remove(Shift.objects.filter(roster=roster))
    row_delete(by, roster, reason=f"含 {count} 个班次")


def _draft(by, roster_id: UUID, community_id: UUID) -> Roster:
    """The roster, locked, if it may still be changed. Comes before the first log row."""
    hold(f"duty:{community_id}")
    roster = Roster.objects.select_for_update(no_key=True).filter(pk=roster_id).first()
    if roster is None:
        raise OutOfScope
    require_place(by, roster)
    if roster.is_published:
        raise DomainError(FROZEN)
    return roster


def _idle(by, roster: Roster) -> Roster:
    """The same, while no run is under way: what it was found for would not stand any more."""
    roster = _draft(by, roster.pk, roster.community_id)
    job = job_of(roster)
    if job and not job.is_over:
        raise DomainError(SOLVING)
    return roster


def job_of(roster: Roster) -> Job | None:
    """The latest run for the roster, whoever began it."""
    jobs = Job.objects.filter(kind=SOLVE_JOB, tenant=roster.community_id)
    return jobs.filter(params__roster=str(roster.pk)).order_by("-created_at").first()


def _shift(by, shift: Shift) -> Shift:
    """The shift as it is stored, of a draft."""
    _idle(by, shift.roster)
    stored = Shift.objects.select_related("template").filter(pk=shift.pk).first()
    if stored is None:
        raise OutOfScope
    return stored


def _shifts_add(by, shifts: list[Shift]) -> None:
    for shift in shifts:
        shift.created_by_id = shift.changed_by_id = getattr(by, "pk", None)
    Shift.objects.bulk_create(shifts, batch_size=500)


def _shifts_remove(rows) -> None:
    try:
        rows.delete()
    except ProtectedError:
        raise DomainError("有的班已经写了交接记录或变更，不能去掉。") from None


def _touch(by, roster: Roster, **values) -> None:
    """The next version: a page that shows the one before publishes nothing."""
    Roster.objects.filter(pk=roster.pk).update(
        version=F("version") + 1, changed_at=timezone.now(),
        changed_by=getattr(by, "pk", None), **values,
    )  # fmt: skip
    roster.refresh_from_db()


def _note(by, roster: Roster, **after) -> None:
    record_change(by=by, model="duty.roster", row_id=roster.pk, tenant=roster.community_id,
                  after=after)  # fmt: skip


def _broken_words(broken: list) -> str:
    names = dict(User.objects.filter(pk__in={fault.person for fault in broken})
                 .values_list("pk", "name"))  # fmt: skip
    told = [f"{names.get(UUID(fault.person), '')}（{fault.text}）" for fault in broken[:3]]
    return f"有 {len(broken)} 处不合值班规定，请先调整：{'；'.join(told)}。"
