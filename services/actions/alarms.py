"""The life of an alarm: it rings, somebody takes it, it is closed with an outcome.

Each step claims the row first (an update that only fits where it still stood), so that two
people, two sweeps or a killed worker do it once. Nothing is ever changed back: what comes
later is a further step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, row_create, unchanged
from portal.core.errors import DomainError, OutOfScope
from portal.core.locks import hold
from portal.core.notices import notice_send
from portal.core.outbox import messages_drop
from services.alarms.people import LEVELS, alarms_open_to, desk_of, home_of, tell, tell_taken
from services.alarms.people import told_words as told
from services.models import (
    OPEN,
    Alarm,
    AlarmOutcome,
    AlarmRules,
    AlarmState,
    AlarmStep,
    CallDevice,
    DeviceKind,
    StepKind,
)


@dataclass(frozen=True)
class Rung:
    """What became of a press: a new alarm, or one more press of an open one."""

    alarm: Alarm
    joined: bool


@action(Permission.ALARM_REPORT)
def alarm_ring(*, by, community_id: UUID, number: str, kind: str = "",
               rang_at: datetime | None = None) -> Rung:  # fmt: skip
    """A device was pressed. A number that nobody knows is an alarm as well; pressed again
    within the set minutes, it joins the open one and nobody is told twice."""
    now, rules = timezone.now(), AlarmRules.of(community_id)
    rang_at = min(rang_at or now, now)
    hold(f"alarm:{community_id}:{number}")
    since = now - timedelta(minutes=rules.join_minutes)
    known = Alarm.objects.filter(community=community_id, number=number, state__in=OPEN,
                                 last_rang_at__gte=since)  # fmt: skip
    if open_ := known.order_by("-last_rang_at").first():
        return Rung(_again(by, open_, now), True)
    alarm = row_create(by, _new(community_id, number, kind, rang_at, now))
    _step(alarm, StepKind.RING, at=rang_at)
    _step(alarm, StepKind.CALL, at=now, told=told(tell(alarm, 0)))
    return Rung(alarm, False)


@action(Permission.ALARM_REPORT)
def alarm_clash(*, by, community_id: UUID, key: UUID, number: str) -> None:
    """A key came again with another body and was refused: the desk hears of it, as there may be
    a second call behind it."""
    text = f"报警平台把设备 {number[:40]} 的报警用了重复的编号，没有收下，请与平台核对。"
    notice_send(desk_of(community_id), f"alarm_clash:{key}:{number}"[:120], text,
                tenant=community_id)  # fmt: skip
    record_change(by=by, model="services.alarm", tenant=community_id, after={"key": str(key)})


@action(Permission.ALARM_ANSWER)
def alarm_take(*, by, alarm: Alarm, at: datetime | None = None) -> Alarm:
    """Somebody goes to see, since ``at``. The first one has it; whoever comes after is written
    down as going too, and finds in the row who was first."""
    _reach(by, alarm, at)
    at = _between(alarm, at)
    limit = timedelta(minutes=AlarmRules.of(alarm.community_id).backup_minutes)
    ringing = Alarm.objects.filter(pk=alarm.pk, state=AlarmState.RINGING)
    first = ringing.update(state=AlarmState.TAKEN, taken_by=by, taken_at=at,
                           is_in_time=at - alarm.received_at <= limit, **_touched(by))  # fmt: skip
    row = _stored(alarm)
    if not first and row.steps.filter(kind__in=(StepKind.TAKE, StepKind.ALSO),
                                      created_by=by).exists():  # fmt: skip
        unchanged()
        return row
    if not first:  # phones see by the version that there is something new
        Alarm.objects.filter(pk=row.pk).update(**_touched(by))
    _step(row, StepKind.TAKE if first else StepKind.ALSO, by=by, at=at)
    _noted(by, row, taken=bool(first))
    if first:
        tell_taken(row)
    return row


@action(Permission.ALARM_ANSWER)
def alarm_close(*, by, alarm: Alarm, outcome: str, note: str = "",
                at: datetime | None = None) -> Alarm:  # fmt: skip
    """What it was, with a few words that are sealed. When somebody has closed it already, what
    is said here stands beside it as a remark."""
    if outcome not in AlarmOutcome.values:
        raise DomainError("请选择结果。", field="outcome")
    _reach(by, alarm, at)
    at = _between(alarm, at)
    limit = timedelta(minutes=AlarmRules.of(alarm.community_id).backup_minutes)
    ringing = Alarm.objects.filter(pk=alarm.pk, state=AlarmState.RINGING)
    # Closed without a word before: whoever closes it has seen to it.
    ringing.update(state=AlarmState.TAKEN, taken_by=by, taken_at=at,
                   is_in_time=at - alarm.received_at <= limit)  # fmt: skip
    taken = Alarm.objects.filter(pk=alarm.pk, state=AlarmState.TAKEN)
    first = taken.update(state=AlarmState.CLOSED, closed_by=by, closed_at=at, outcome=outcome,
                         **_touched(by))  # fmt: skip
    row = _stored(alarm)
    kind = StepKind.CLOSE if first else StepKind.REMARK
    _step(row, kind, by=by, at=at, outcome=outcome, note=note.strip())
    _noted(by, row, closed=bool(first))
    messages_drop(f"alarm:{alarm.pk}:")
    return row


@action(Permission.ALARM_ANSWER)
def alarm_escalate(*, by, alarm: Alarm, level: int) -> bool:
    """Nobody has taken it: the people of the next level hear of it, once."""
    waiting = Alarm.objects.filter(pk=alarm.pk, state=AlarmState.RINGING, level=level - 1)
    if not waiting.update(level=level, **_touched(by)):
        unchanged()
        return False
    _step(alarm, LEVELS[level], told=told(tell(alarm, level)))
    _noted(by, alarm, level=level)
    return True


# --- Inside


def _new(community_id, number: str, kind: str, rang_at, now) -> Alarm:
    devices = CallDevice.objects.in_service().filter(community=community_id, number=number)
    device = devices.select_related("household", "dwelling").first()
    kind = kind if kind in DeviceKind.values else DeviceKind.OTHER
    alarm = Alarm(community_id=community_id, device=device, number=number, kind=kind,
                  rang_at=rang_at, received_at=now, last_rang_at=now)  # fmt: skip
    if device:
        alarm.kind, alarm.spot, alarm.household = device.kind, device.spot, home_of(device)
        alarm.addr_key, alarm.cell_id = device.dwelling.addr_key, device.dwelling.cell_id
    return alarm


def _again(by, alarm: Alarm, now) -> Alarm:
    Alarm.objects.filter(pk=alarm.pk).update(count=F("count") + 1, last_rang_at=now, **_touched(by))
    _step(alarm, StepKind.RING, at=now)
    row = _stored(alarm)
    _noted(by, row, count=row.count)
    return row


def _reach(by, alarm: Alarm, at) -> None:
    """Raises OutOfScope for whoever had nothing to do with it at that moment."""
    if not alarms_open_to(by, at, closed=True).filter(pk=alarm.pk).exists():
        raise OutOfScope


def _between(alarm: Alarm, at: datetime | None) -> datetime:
    """Nobody answers before it rang, nor later than now."""
    now = timezone.now()
    return max(min(at or now, now), min(alarm.rang_at, now))


def _stored(alarm: Alarm) -> Alarm:
    return Alarm.objects.select_related("taken_by", "closed_by").get(pk=alarm.pk)


def _step(alarm: Alarm, kind: str, *, by=None, note: str = "", **values) -> None:
    step = AlarmStep(alarm=alarm, kind=kind, created_by=by, changed_by=by, **values)
    step.note = note[:500]
    step.save(force_insert=True)


def _touched(by) -> dict:
    person = by if isinstance(by, User) else None  # a client of REST is none
    return {"version": F("version") + 1, "changed_at": timezone.now(), "changed_by": person}


def _noted(by, alarm: Alarm, **after) -> None:
    record_change(by=by, model="services.alarm", row_id=alarm.pk, tenant=alarm.community_id,
                  after=after)  # fmt: skip
