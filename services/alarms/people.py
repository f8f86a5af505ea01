"""Who may see an alarm, who hears of it, and whom one reaches in the home."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from grids.models import PostKind
from grids.posts import people_of
from portal.accounts.models import User
from portal.accounts.people import holders
from portal.accounts.permissions import Permission, Role
from portal.core.access import access_of
from portal.core.models import Notice, reach_of
from portal.core.notices import notice_send
from portal.core.outbox import message_queue, messages_drop, purpose
from portal.duty.now import duty_places, on_duty
from residents.models import Household, Resident
from services.models import OPEN, Alarm, AlarmStep, CallDevice, StepKind

ALARM_CALL = purpose("alarm-call", "呼叫器报警")  # rings at night too
USEFUL = timedelta(hours=6)  # a message that comes later calls nobody
# Level after level, each once; the step that tells of it.
LEVELS = (StepKind.CALL, StepKind.BACKUP, StepKind.DIRECTOR)


def alarms_open_to(viewer, at: datetime | None = None, closed: bool = False) -> QuerySet[Alarm]:
    """Alarms that somebody may deal with: those in the person's reach; besides, while he or she
    is on duty (at that moment), all open ones of the community, and open ones taken then.

    With ``closed`` also those that somebody else closed meanwhile: for records that were made
    without signal, never for showing.
    """
    access = access_of(viewer)
    reach = reach_of(Alarm, viewer, Permission.ALARM_VIEW)
    if reach == Q():
        return Alarm.objects.all()
    beside = Q(community__in=duty_places(viewer, at))
    taken = Q(taken_by=viewer.pk, community__in=access.tenants(Permission.ALARM_ANSWER))
    if not closed:
        beside, taken = beside & Q(state__in=OPEN), taken & Q(state__in=OPEN)
    return Alarm.objects.filter(beside | taken if reach is None else reach | beside | taken)


# --- Telling


def tell(alarm: Alarm, level: int) -> list[User]:
    """A notice and a message to everybody of a level, 0 being the first; returns them."""
    people = list({user.pk: user for user in _people(alarm, level)}.values())
    key, text = f"alarm:{alarm.pk}:{LEVELS[level]}", _words(alarm, level)
    notice_send(people, key, text, _page(alarm), alarm.community_id)
    for user in people:
        if user.work_phone:
            message_queue(
                key=f"{key}:{user.pk}", purpose=ALARM_CALL, address=user.work_phone, text=text,
                recipient=user, tenant=alarm.community_id,
                not_after=alarm.received_at + USEFUL,
            )  # fmt: skip
    return people


def tell_taken(alarm: Alarm) -> None:
    """Whoever heard of it need not go any more; messages that have not left are taken back."""
    messages_drop(f"alarm:{alarm.pk}:")
    told = Notice.objects.filter(key__startswith=f"alarm:{alarm.pk}:").values("recipient")
    people = User.objects.filter(pk__in=told).exclude(pk=alarm.taken_by_id)
    text = f"{alarm.where} 的报警，{alarm.taken_by.name}已去处理。"
    notice_send(people, f"alarm:{alarm.pk}:{StepKind.TAKE}", text, _page(alarm),
                alarm.community_id)  # fmt: skip


def told_words(people: Iterable[User]) -> str:
    return "、".join(user.name for user in people)[:200]


def _people(alarm: Alarm, level: int) -> list[User]:
    """Nobody is left without anybody: where a level is empty, the next ones are it."""
    groups = (_first(alarm), _posts(alarm, PostKind.BACKUP, PostKind.HEAD), _directors(alarm))
    found = next(filter(None, groups[level:]), [])
    return found or _desk(alarm)


def _first(alarm: Alarm) -> list[User]:
    """The leaders of the cell, the desk where nobody knows the cell; who is on duty now."""
    near = _posts(alarm, PostKind.LEADER) if alarm.cell_id else _desk(alarm)
    keys = [one.user_id for one in on_duty(alarm.community_id)]
    return [*near, *User.objects.filter(pk__in=keys, is_active=True)]


def _posts(alarm: Alarm, *kinds: str) -> list[User]:
    if not alarm.cell_id:
        return []
    today = timezone.localdate()
    return [user for kind in kinds
            for user in people_of([alarm.cell_id], kind, today).get(alarm.cell_id, [])]  # fmt: skip


def _directors(alarm: Alarm) -> list[User]:
    return desk_of(alarm.community_id, (Role.DIRECTOR,))


def _desk(alarm: Alarm) -> list[User]:
    return desk_of(alarm.community_id)


def desk_of(community_id, roles=(Role.DIRECTOR, Role.CLERK)) -> list[User]:
    """Who sees all alarms of a community at a desk."""
    return list(holders(Permission.ALARM_VIEW, community_id, None, roles))


def _words(alarm: Alarm, level: int) -> str:
    """The door, the kind and the hour; nobody's name."""
    local = timezone.localtime(alarm.rang_at)
    when = f"{local.month}月{local.day}日 {local:%H:%M}"
    if not alarm.addr_key:
        what = f"没有登记的呼叫器 {alarm.number} 报警，{when}。请马上查明是哪一户。"
    else:
        what = f"{alarm.addr_key} {alarm.get_kind_display()}报警，{when}。请马上联系或上门。"
    late = "还没有人响应：" if level else ""
    return f"{late}{what}"


def _page(alarm: Alarm) -> str:
    return reverse("services:alarm_show", args=[alarm.pk])


def gone_too(viewer, alarms: Iterable[Alarm]) -> set:
    """The alarms to which this person goes as a second one."""
    keys = [alarm.pk for alarm in alarms]
    rows = AlarmStep.objects.filter(alarm__in=keys, kind=StepKind.ALSO, created_by=viewer.pk)
    return set(rows.values_list("alarm", flat=True)) if keys else set()


# --- The home


def home_of(device: CallDevice) -> Household | None:
    """Who lives behind the device's door: the household it was registered for, or where that
    has left, the only one there; None while that is not clear."""
    if device.is_in_service and not device.strayed_words:
        return device.household
    here = list(Household.objects.filter(dwelling=device.dwelling_id, closed_on=None)[:2])
    return here[0] if len(here) == 1 else None


def people_at(alarms: Iterable[Alarm]) -> dict:
    """{alarm id: its people}, whoever uses the device first, then the head; grown-ups who can
    be rung before the others. In one query."""
    alarms = list(alarms)
    homes = {alarm.household_id for alarm in alarms if alarm.household_id}
    rows = Resident.objects.living().filter(household__in=homes) if homes else ()
    found: dict = {}
    for row in rows and rows.select_related("household").order_by("born_on", "pk"):
        found.setdefault(row.household_id, []).append(row)
    return {alarm.pk: sorted(found.get(alarm.household_id, ()), key=_nearness(alarm))
            for alarm in alarms}  # fmt: skip


def _nearness(alarm: Alarm):
    user = alarm.device.resident_id if alarm.device_id else None
    return lambda row: (row.pk != user, row.pk != row.household.head_id, not can_ring(row))


def can_ring(resident: Resident) -> bool:
    return bool(resident.phone_mask) and not resident.is_minor
