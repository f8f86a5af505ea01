"""Indicators of duty, counted from the shifts of published rosters."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator
from portal.duty.models import Shift

RECORDS = "排班与签到记录"


def of_year(scope: Scope, on: date):
    """From 1 January to that day."""
    rows = scope.rows_of(Shift).published()
    return rows.filter(on__range=(on.replace(month=1, day=1), on))


@indicator(
    code="duty.shifts", name="本年值班班次", unit="班", source=RECORDS, opens="shifts",
    definition="已发布排班表中，当年1月1日至当日的班次，含空缺。", permission=Permission.DUTY_VIEW,
)  # fmt: skip
def shifts(scope: Scope, on: date) -> Rows:
    return Rows(of_year(scope, on), key="duty_year")


@indicator(
    code="duty.gaps", name="今后一周空缺班次", unit="班", source=RECORDS, opens="shifts",
    definition="已发布排班表中，当日起七天内没有人值的班次。", permission=Permission.DUTY_VIEW,
)  # fmt: skip
def gaps(scope, on):
    ahead = on + timedelta(days=6)
    return Rows(scope.rows_of(Shift).published().gaps().filter(on__range=(on, ahead)))


@indicator(
    code="duty.missed_checkins", name="本年未签到班次", unit="班", source=RECORDS, opens="shifts",
    definition="当年1月1日至当日的班次中，已经结束、排了人而没有签到的。",
    permission=Permission.DUTY_VIEW,
)  # fmt: skip
def missed_checkins(scope, on):
    day_ends = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    over = min(day_ends, timezone.now())
    return shifts(scope, on).that(checked_in_at=None, user__isnull=False, ends_at__lte=over)
