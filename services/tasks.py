"""What happens to alarms by the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from portal.core.access import SYSTEM
from portal.core.sweeps import sweep
from services.actions import alarm_escalate
from services.alarms.people import LEVELS
from services.models import Alarm, AlarmRules, AlarmState


@sweep("alarms-sweep", "报警无人响应", backups="报备岗 {} 次", directors="报主任 {} 次")
def alarms_sweep() -> dict[str, int]:
    """Alarms that nobody has taken go on to more people; a run that is missed or doubled does
    no harm."""
    done = {1: 0, 2: 0}
    for alarm, level in escalations_due(timezone.now()):
        done[level] += alarm_escalate(by=SYSTEM, alarm=alarm, level=level)
    return {"backups": done[1], "directors": done[2]}


def escalations_due(now: datetime) -> Iterator[tuple[Alarm, int]]:
    """(alarm, level) of all that is due, by the time of receipt: a device's own clock may be
    wrong."""
    rows = Alarm.objects.filter(state=AlarmState.RINGING, level__lt=len(LEVELS) - 1)
    known = {}
    for alarm in rows.order_by("received_at", "pk"):
        if alarm.community_id not in known:
            known[alarm.community_id] = AlarmRules.of(alarm.community_id)
        rules = known[alarm.community_id]
        first = alarm.received_at + timedelta(minutes=rules.backup_minutes)
        if alarm.level < 1 and now >= first:
            yield alarm, 1
        if now >= first + timedelta(minutes=rules.director_minutes):
            yield alarm, 2
