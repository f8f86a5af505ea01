"""What happens to duty by the clock. Each effect claims its row first (the mark is set where
it is still empty), so that two sweeps at once, or one that was killed, do it once."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, unchanged
from portal.core.models import Notice
from portal.core.notices import notice_send
from portal.core.outbox import message_queue, purpose
from portal.core.workdays import zone
from portal.duty.checks import GONE, absences
from portal.duty.models import DutyRules, Roster, RosterState, Shift, ShiftTemplate
from portal.duty.people import heads

WEEK = timedelta(days=7)
# What the messages are for; an alarm also rings by night.
REMIND = purpose("duty-remind", "值班提醒")
MISSED = purpose("alarm-duty-missed", "值班未签到")


@action(Permission.DUTY_PLAN)
def shift_remind(*, by, shift: Shift) -> bool:
    """The evening before: a notice and a message to the person of the shift."""
    if not _claimed(shift, "reminded_at", user=shift.user_id):
        unchanged()
        return False
    text = f"值班提醒：{hours_text(shift)} {shift.name}。请准时到岗并签到。"
    notice_send([shift.user], _key(shift, "remind"), text, reverse("duty:mine"),
                shift.community_id)  # fmt: skip
    _message(shift, shift.user, "remind", REMIND, text)
    _noted(by, shift, "remind")
    return True


@action(Permission.DUTY_PLAN)
def shift_missed(*, by, shift: Shift) -> bool:
    """Nobody has checked in: tell the person."""
    if not _claimed(shift, "missed_at", user=shift.user_id, checked_in_at=None):
        unchanged()
        return False
    text = f"您还没有签到：{hours_text(shift)} {shift.name}。到岗后请马上签到，来不了请告诉负责人。"
    notice_send([shift.user], _key(shift, "missed"), text, reverse("duty:mine"),
                shift.community_id)  # fmt: skip
    _message(shift, shift.user, "missed", MISSED, text)
    _noted(by, shift, "missed")
    return True


@action(Permission.DUTY_PLAN)
def shift_missed_head(*, by, shift: Shift) -> bool:
    """Still nobody: tell the head of duty."""
    if not _claimed(shift, "missed_head_at", user=shift.user_id, checked_in_at=None):
        unchanged()
        return False
    text = f"{shift.user.name}没有签到：{hours_text(shift)} {shift.name}，请核实或安排替班。"
    url = reverse("duty:shift_show", args=[shift.pk])
    for head in heads(shift.community_id, DutyRules.of(shift.community_id)):
        notice_send([head], _key(shift, "head"), text, url, shift.community_id)
        _message(shift, head, "head", MISSED, text)
    _noted(by, shift, "missed_head")
    return True


@action(Permission.DUTY_PLAN)
def gaps_tell(*, by, community_id, day, count: int) -> bool:
    """A week ahead: shifts of the day that nobody has; each planner hears of a day once."""
    text = f"{day.month}月{day.day}日有 {count} 个班次没有人到岗，请尽快安排。"
    return _planners_tell(by, community_id, f"duty_gap:{community_id}:{day}", text,
                          _roster_page(community_id, day), gaps=count)  # fmt: skip


@action(Permission.DUTY_PLAN)
def left_tell(*, by, user, roster: Roster, count: int) -> bool:
    """Somebody who left the community or the people of duty still has shifts in a month."""
    text = f"{user.name}已不在岗，{roster.month.month}月还有 {count} 班要安排替班。"
    return _planners_tell(by, roster.community_id, f"duty_left:{user.pk}:{roster.pk}", text,
                          reverse("duty:roster_show", args=[roster.pk]), left=count)  # fmt: skip


@action(Permission.DUTY_PLAN)
def unpublished_tell(*, by, community_id, month) -> bool:
    """A week ahead: nobody knows yet who keeps duty in the month that begins."""
    text = f"{month.year}年{month.month}月的排班表还没有发布，请尽快排班、发布。"
    key, page = f"duty_unpublished:{community_id}:{month}", _roster_page(community_id, month)
    return _planners_tell(by, community_id, key, text, page, unpublished=f"{month:%Y-%m}")


@action(Permission.DUTY_PLAN)
def hours_tell(*, by, roster: Roster) -> bool:
    """The month is over: its sheet of hours is ready for those who plan, told once."""
    done = Roster.objects.filter(pk=roster.pk, hours_at=None).update(hours_at=timezone.now())
    if not done:
        unchanged()
        return False
    month, url = roster.month, f"{reverse('duty:hours')}?month={roster.month:%Y-%m}"
    text = f"{month.year}年{month.month}月值班工时表已可下载，用于核发值班补助。"
    notice_send(holders(Permission.DUTY_PLAN, roster.community_id), f"duty_hours:{roster.pk}",
                text, url, roster.community_id)  # fmt: skip
    record_change(by=by, model="duty.roster", row_id=roster.pk, tenant=roster.community_id,
                  after={"hours": True})  # fmt: skip
    return True


# --- What is due


def reminders_due(now: datetime):
    """Shifts of tomorrow from the evening hour on, and those of today that were not told
    because no sweep ran; what has begun is past reminding."""
    local = now.astimezone(zone())
    rows = Shift.objects.published().filter(
        reminded_at=None, user__is_active=True, starts_at__gt=now,
        on__lte=local.date() + timedelta(days=1),
    ).select_related("user")  # fmt: skip
    hours = {}
    for shift in rows.order_by("starts_at", "pk"):
        if shift.community_id not in hours:
            hours[shift.community_id] = DutyRules.of(shift.community_id).remind_at
        if shift.on <= local.date() or local.time() >= hours[shift.community_id]:
            yield shift


def missed_due(now: datetime):
    """(shift, whether it is the head's turn) of all that nobody checked in for; a day later it
    only counts, and nobody is told."""
    rows = Shift.objects.published().filter(
        checked_in_at=None, missed_head_at=None, user__isnull=False, starts_at__lte=now,
        ends_at__gt=now - timedelta(days=1),
    ).select_related("user")  # fmt: skip
    known = {}
    for shift in rows.order_by("starts_at", "pk"):
        if shift.community_id not in known:
            known[shift.community_id] = DutyRules.of(shift.community_id)
        rules = known[shift.community_id]
        late = shift.starts_at + timedelta(minutes=rules.missed_minutes)
        if shift.missed_at is None and late <= now < shift.ends_at:
            yield shift, False
        if late + timedelta(minutes=rules.head_minutes) <= now:
            yield shift, True


def gaps_due(now: datetime):
    """{(community, day): shifts of the coming week that nobody has, or somebody who is away}."""
    local = now.astimezone(zone()).date()
    return Counter(
        (community, shift.on)
        for community, shifts, away in _ahead(now, on__lte=local + WEEK)
        for shift in shifts if not shift.user_id or shift.pk in away
    )  # fmt: skip


def left_due(now: datetime):
    """{(user, roster): shifts to come} of those who are not there any more."""
    return Counter(
        (shift.user, shift.roster)
        for _, shifts, away in _ahead(now, user__isnull=False)
        for shift in shifts if away.get(shift.pk) == GONE
    )  # fmt: skip


def _ahead(now: datetime, **which):
    """(community, published shifts that have not begun, ``absences`` among them) for each."""
    found = defaultdict(list)
    rows = Shift.objects.published().filter(starts_at__gt=now, **which)
    for shift in rows.select_related("user", "roster").order_by("starts_at", "pk"):
        found[shift.community_id].append(shift)
    for community, shifts in found.items():
        yield community, shifts, absences(community, shifts)


def unpublished_due(now: datetime):
    """(community, month) of a week ahead that has shifts to keep and no published roster."""
    day = now.astimezone(zone()).date() + WEEK
    month = day.replace(day=1)
    published = Roster.objects.filter(month=month, state=RosterState.PUBLISHED)
    rows = ShiftTemplate.objects.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)
    places = rows.exclude(community__in=published.values("community")).order_by()
    return [(place, month) for place in places.values_list("community", flat=True).distinct()]


def hours_due(now: datetime):
    """Published months that are over and have no sheet yet."""
    first = now.astimezone(zone()).date().replace(day=1)
    return Roster.objects.filter(state=RosterState.PUBLISHED, month__lt=first, hours_at=None)


def hours_text(shift: Shift) -> str:
    """12月1日 20:00 至次日 08:00"""
    return f"{shift.on.month}月{shift.on.day}日 {shift.span}"


# --- Inside


def _roster_page(community_id, day) -> str:
    """The month's page, the list of months while there is none."""
    row = Roster.objects.filter(community=community_id, month=day.replace(day=1)).first()
    return reverse("duty:roster_show", args=[row.pk]) if row else reverse("duty:roster_list")


def _planners_tell(by, community_id, key: str, text: str, page: str, **after) -> bool:
    """A notice to those who plan and have not had it; whoever came later hears of it too."""
    told = set(Notice.objects.filter(key=key).values_list("recipient", flat=True))
    people = holders(Permission.DUTY_PLAN, community_id)
    if not (left := [user for user in people if user.pk not in told]):
        unchanged()
        return False
    notice_send(left, key, text, page, community_id)
    record_change(by=by, model="duty.roster", tenant=community_id, after=after)
    return True


def _claimed(shift: Shift, mark: str, **still) -> bool:
    rows = Shift.objects.filter(pk=shift.pk, **{mark: None}, **still)
    return rows.update(**{mark: timezone.now()}) == 1


def _key(shift: Shift, what: str) -> str:
    return f"duty:{shift.pk}:{shift.user_id}:{what}"


def _message(shift: Shift, user, what: str, why: str, text: str) -> None:
    if user.work_phone:
        message_queue(
            key=f"{_key(shift, what)}:{user.pk}", purpose=why, address=user.work_phone,
            text=text, recipient=user, tenant=shift.community_id, not_after=shift.ends_at,
        )  # fmt: skip


def _noted(by, shift: Shift, what: str) -> None:
    record_change(by=by, model="duty.shift", row_id=shift.pk, tenant=shift.community_id,
                  after={what: True})  # fmt: skip
