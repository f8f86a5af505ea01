"""Do alarms and their time lines agree, and devices with their homes?"""

from django.db.models import Count, F, Q

from portal.core.verify import NAMED, verifies
from services.models import Alarm, AlarmState, CallDevice, StepKind


@verifies("呼叫器与报警")
def alarms_check():
    strays = Q(dwelling__community=F("community"), household__community=F("community"))
    for row in CallDevice.objects.exclude(strays)[:NAMED]:
        yield f"呼叫器 {row.pk} 的房屋或户不在同一社区"
    rings = Count("steps", filter=Q(steps__kind=StepKind.RING))
    for row in Alarm.objects.annotate(rings=rings).exclude(rings=F("count"))[:NAMED]:
        yield f"报警 {row.pk} 的次数与经过不一致"
    closed = Count("steps", filter=Q(steps__kind=StepKind.CLOSE))
    rows = Alarm.objects.annotate(closings=closed).filter(state=AlarmState.CLOSED)
    for row in rows.exclude(closings=1)[:NAMED]:
        yield f"报警 {row.pk} 已办结，经过里却没有一次办结"
