"""Celery tasks of this room: the visit plan's sweep, and a round's tasks as a job."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.jobs import fence, job
from portal.core.sweeps import sweep
from residents.actions import (
    visit_round_make,
    visit_rule_defaults,
    visit_tasks_make,
    visit_tasks_pass,
)
from residents.actions.visit_plan import ROUND_JOB
from residents.actions.visit_sweep import is_wanted
from residents.models import VisitRound


@sweep("visits-sweep", "走访任务", made="安排 {} 户走访", passed="转交 {} 户逾期走访")
def visits_sweep() -> dict[str, int]:
    """Make due visits and pass overdue ones on. Each write is a transaction of its own, so a
    run that is doubled or killed does nothing twice; one community's fault stops no other."""
    made = passed = 0
    failed = None
    for community in Community.objects.order_by("code"):
        try:
            made += _make(community)
            passed += sum(visit_tasks_pass(by=SYSTEM, community=community).values())
        except Exception as error:
            failed = error
    if failed:
        raise failed
    return {"made": made, "passed": passed}


def _make(community: Community) -> int:
    visit_rule_defaults(by=SYSTEM, community=community)  # a new community begins with them
    if not is_wanted(community, timezone.localdate()):
        return 0
    return visit_tasks_make(by=SYSTEM, community=community)


@job(ROUND_JOB)
def round_job(row, progress) -> dict:
    """The tasks of a round, in one transaction."""
    with transaction.atomic():
        fence(row)
        round_ = VisitRound.objects.get(pk=row.params["round"])
        made = visit_round_make(by=row.owner or SYSTEM, round=round_)
    return {"message": f"已安排 {made:,} 户走访。", "url": reverse("residents:visit_plan")}
