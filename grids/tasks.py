"""What happens to incidents by the clock."""

from celery import shared_task
from django.db.models import F
from django.utils import timezone

from grids.actions.incident_files import files_waiting, incident_files_join
from grids.actions.incidents import incident_escalate
from grids.incidents.people import LEVELS
from grids.models import OPEN_STATES, Incident
from portal.core.access import SYSTEM
from portal.core.sweeps import sweep


@sweep("incidents-sweep", "事件时限", count="上报 {} 件逾期事件")
def incidents_sweep() -> int:
    """Queue each overdue incident whose last level is not told yet, and files that came
    unnoticed. A run that is missed or doubled is harmless."""
    if waiting := files_waiting():
        incident_files_join(by=SYSTEM, keys=waiting)
    due = Incident.objects.filter(
        state__in=OPEN_STATES, due_at__lte=timezone.now(), level__lt=len(LEVELS)
    )
    keys = list(due.order_by(F("due_at")).values_list("pk", flat=True))
    for key in keys:
        incident_overdue.delay(str(key))
    return len(keys)


@shared_task
def incident_overdue(incident_id: str) -> None:
    if row := Incident.objects.filter(pk=incident_id).first():
        incident_escalate(by=SYSTEM, incident=row)
