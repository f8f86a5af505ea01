"""Coming on duty, at a desk or on the phone."""

from datetime import datetime, timedelta

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.actions import action, row_update, unchanged
from portal.core.errors import DomainError, OutOfScope
from portal.duty.actions.changes import GONE_SHIFT, NOT_PUBLISHED, community_lock, fresh
from portal.duty.models import Shift

EARLY = timedelta(hours=1)


@action(Permission.DUTY_VIEW)
def shift_check_in(*, by, shift: Shift, at: datetime | None = None) -> Shift:
    """Note that the person has come, at a moment that may lie back when the phone was
    offline. The first check-in stands; asking again changes nothing."""
    community_lock(shift)
    shift, at = fresh(shift), at or timezone.now()
    if shift.user_id != by.pk:
        raise OutOfScope(GONE_SHIFT)
    if shift.checked_in_at:
        unchanged()
        return shift
    if not shift.roster.is_published:
        raise DomainError(NOT_PUBLISHED)
    if at < shift.starts_at - EARLY:
        raise DomainError("还没到签到时间，开始前一小时内可以签到。")
    if at >= shift.ends_at:
        raise DomainError("这一班已经结束，不能再签到。请告诉值班负责人。")
    return row_update(by, shift, shift.version, {"checked_in_at": at})
