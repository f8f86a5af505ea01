"""Celery tasks of this room: the visit plan's sweep, and a round's tasks as a job."""

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.jobs import fence, job
from residents.actions import visit_round_make, visit_tasks_make, visit_tasks_pass
from residents.actions.visit_plan import ROUND_JOB
from residents.actions.visit_sweep import is_wanted
from residents.models import VisitRound


@shared_task
def visits_sweep() -> dict[str, int]:
    """Make due visits and pass overdue ones on; each community is a transaction of its own,
    a run that is doubled or killed does nothing twice."""
    made = passed = 0
    for community in Community.objects.order_by("code"):
        if is_wanted(community, timezone.localdate()):
            made += visit_tasks_make(by=SYSTEM, community=community)
        passed += sum(visit_tasks_pass(by=SYSTEM, community=community).values())
    return {"made": made, "passed": passed}


@job(ROUND_JOB)
def round_job(row, progress) -> dict:
    """The tasks of a round, in one transaction."""
    with transaction.atomic():
        fence(row)
        round_ = VisitRound.objects.get(pk=row.params["round"])
        made = visit_round_make(by=row.owner or SYSTEM, round=round_)
    return {"message": f"已安排 {made:,} 户走访。", "url": reverse("residents:visit_plan")}
