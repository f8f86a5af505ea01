"""The job that fills a month."""

from django.db import transaction
from django.urls import reverse

from portal.core.access import SYSTEM
from portal.core.errors import DomainError
from portal.core.jobs import fence, job
from portal.duty.actions import roster_assign
from portal.duty.actions.rosters import FROZEN, SOLVE_JOB
from portal.duty.models import Roster
from portal.duty.plan import problem_of
from portal.duty.solver import solve


@job(SOLVE_JOB)
def solve_job(row, progress) -> dict:
    """Search outside of a transaction, then write at once what still fits."""
    roster = Roster.objects.filter(pk=row.params["roster"]).first()
    if roster is None or roster.is_published:
        raise DomainError(FROZEN if roster else "这张排班表已经删除。")
    keep = row.params["keep"]
    problem = problem_of(roster, keep)
    solution = solve(problem, on_progress=progress)
    with transaction.atomic():
        fence(row)
        roster_assign(
            by=row.owner or SYSTEM, roster=roster, keep=keep, problem=problem, solution=solution
        )
    url = reverse("duty:roster_show", args=[roster.pk])
    return {"message": _told(solution), "roster": str(roster.pk), "url": url}


def _told(solution) -> str:
    words = f"已排 {len(solution.assigned):,} 班"
    if solution.unfilled:
        words += f"，{len(solution.unfilled):,} 班没有合适的人"
    if solution.bent:
        words += f"，{len(solution.bent):,} 个愿望未能照顾"
    if solution.faults:
        words += f"，固定的班次有 {len(solution.faults):,} 处不合规定"
    return words + "。"
