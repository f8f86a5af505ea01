"""What a roster is made from: shifts, people, leave, wishes, rules."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_delete, row_update
from portal.core.errors import DomainError, OutOfScope
from portal.core.notices import notice_send
from portal.duty.checks import absences
from portal.duty.models import (
    DutyMember,
    DutyRules,
    Leave,
    Roster,
    RosterState,
    Shift,
    ShiftTemplate,
    Wish,
)
from portal.duty.people import staff_of

STRANGER = "这个人在本社区没有岗位，不能参加值班。"


@action(Permission.DUTY_PLAN)
def template_create(*, by, community_id, values: dict) -> ShiftTemplate:
    return row_create(by, ShiftTemplate(community_id=community_id, **values))


@action(Permission.DUTY_PLAN)
def template_update(*, by, template: ShiftTemplate, version: int, values: dict) -> ShiftTemplate:
    """Later rosters follow it; shifts that were made keep their hours."""
    return row_update(by, template, version, values)


@action(Permission.DUTY_PLAN)
def duty_member_add(*, by, community_id, user, values: dict) -> DutyMember:
    if not staff_of(community_id).filter(pk=user.pk).exists():
        raise DomainError(STRANGER, field="user")
    return row_create(by, DutyMember(community_id=community_id, user=user, **values))


@action(Permission.DUTY_PLAN)
def duty_member_update(*, by, member: DutyMember, version: int, values: dict) -> DutyMember:
    return row_update(by, member, version, values)


@action(Permission.DUTY_PLAN)
def leave_add(*, by, community_id, user, values: dict) -> Leave:
    """Shifts that fall into it stay where they are, ``leave_shifts`` names them; those who plan
    are told of published ones, the person of the leave."""
    if not staff_of(community_id).filter(pk=user.pk).exists():
        raise DomainError(STRANGER, field="user")
    row = Leave(community_id=community_id, user=user, **values)
    same = Leave.objects.filter(community=community_id, user=user)
    if same.filter(from_on__lte=row.to_on, to_on__gte=row.from_on).exists():
        raise DomainError("这几天里已登记过请假。", field="from_on")
    row = row_create(by, row)
    _tell(by, row, leave_shifts(row))
    return row


@action(Permission.DUTY_PLAN)
def leave_remove(*, by, leave: Leave) -> None:
    row_delete(by, leave)


def leave_shifts(leave: Leave) -> list[Shift]:
    """The person's published shifts to come in the days of the leave, also one that ends on its
    first day: they need somebody else."""
    rows = Shift.objects.published().filter(
        community=leave.community_id, user=leave.user_id, ends_at__gt=timezone.now(),
        on__range=(leave.from_on - timedelta(days=1), leave.to_on),
    )  # fmt: skip
    away = absences(leave.community_id, shifts := list(rows.order_by("starts_at")))
    return [shift for shift in shifts if shift.pk in away]


def _tell(by, leave: Leave, shifts: list[Shift]) -> None:
    key, community = f"duty_leave:{leave.pk}", leave.community_id
    ends = dict.fromkeys((leave.from_on, leave.to_on))
    days = "至".join(f"{day.month}月{day.day}日" for day in ends)
    if shifts:
        planners = holders(Permission.DUTY_PLAN, community)
        planners = planners.exclude(pk__in=[by.pk, leave.user_id])
        page = reverse("duty:shift_show", args=[shifts[0].pk])
        text = f"{leave.user.name}{days}请假，已排的 {len(shifts)} 班要安排替班。"
        notice_send(planners, key, text, page, community)
    if leave.user_id != by.pk:
        left = f"，期间的 {len(shifts)} 班在换人之前仍算您的" if shifts else ""
        notice_send([leave.user], f"{key}:own", f"已为您登记请假：{days}{left}。",
                    reverse("duty:mine"), community)  # fmt: skip


@action(Permission.DUTY_VIEW)
def wish_set(*, by, community_id, values: dict) -> Wish:
    """One's own wish for a day of a month that is not published yet."""
    row = Wish(community_id=community_id, user=by, **values)
    if not DutyMember.objects.filter(community=community_id, user=by).exists():
        raise DomainError("您不在值班人员名单里。")
    published = Roster.objects.filter(
        community=community_id, month=row.on.replace(day=1), state=RosterState.PUBLISHED
    )
    if published.exists():
        raise DomainError("这个月的排班表已经发布，请用“调班”。", field="on")
    return row_create(by, row)


@action(Permission.DUTY_VIEW)
def wish_remove(*, by, wish: Wish) -> None:
    if wish.user_id != by.pk:
        raise OutOfScope
    row_delete(by, wish)


@action(Permission.DUTY_APPROVE)
def duty_rules_set(*, by, community_id, version: int, values: dict) -> DutyRules:
    found = DutyRules.objects.filter(community=community_id).first()
    if found is None:
        return row_create(by, DutyRules(community_id=community_id, **values))
    return row_update(by, found, version, values)
