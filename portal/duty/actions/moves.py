"""What a desk does to a draft in one go: change two people over, solve with a look back."""

from portal.accounts.permissions import Permission
from portal.core.actions import action
from portal.core.models import Job
from portal.duty.actions.rosters import Keep, roster_solve, shift_set
from portal.duty.models import Roster, Shift


@action(Permission.DUTY_PLAN)
def shifts_swap(*, by, shift: Shift, version: int, other: Shift, other_version: int) -> Shift:
    """Two shifts of drafts change hands; both are pinned, one that becomes empty is not.

    Raises DomainError with the rules that either person would break; then nothing changes.
    """
    emptied = shift_set(by=by, shift=shift, version=version, user=None)
    shift_set(by=by, shift=other, version=other_version, user=shift.user, is_pinned=True)
    return shift_set(
        by=by, shift=shift, version=emptied.version, user=other.user, is_pinned=True
    )  # fmt: skip


@action(Permission.DUTY_PLAN)
def roster_run(*, by, roster: Roster, keep: Keep) -> Job:
    """Solve, and keep with the job who has which shift now: {shift id: user id}, so that the
    page can say afterwards what has changed."""
    job = roster_solve(by=by, roster=roster, keep=keep)
    held = roster.shifts.filter(user__isnull=False).values_list("pk", "user_id")
    job.params = job.params | {"before": {str(pk): str(user) for pk, user in held}}
    job.save(update_fields=["params"])
    return job
