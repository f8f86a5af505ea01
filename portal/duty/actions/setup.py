"""What a roster is made from: shifts, people, leave, wishes, rules."""

from portal.accounts.permissions import Permission
from portal.core.actions import action, row_create, row_delete, row_update
from portal.core.errors import DomainError, OutOfScope
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
    """Shifts that fall into it stay where they are; ``leave_shifts`` names them."""
    if not staff_of(community_id).filter(pk=user.pk).exists():
        raise DomainError(STRANGER, field="user")
    row = Leave(community_id=community_id, user=user, **values)
    same = Leave.objects.filter(community=community_id, user=user)
    if same.filter(from_on__lte=row.to_on, to_on__gte=row.from_on).exists():
        raise DomainError("这几天里已登记过请假。", field="from_on")
    return row_create(by, row)


@action(Permission.DUTY_PLAN)
def leave_remove(*, by, leave: Leave) -> None:
    row_delete(by, leave)


def leave_shifts(leave: Leave):
    """The person's published shifts in the days of the leave: they need somebody else."""
    return Shift.objects.published().filter(
        community=leave.community_id, user=leave.user_id,
        on__gte=leave.from_on, on__lte=leave.to_on,
    )  # fmt: skip


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
