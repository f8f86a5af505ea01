"""Indicators of call devices and alarms, counted from their rows."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator, share
from services.models import OPEN, Alarm, AlarmOutcome, CallDevice, is_strayed

BOOKS, RECORDS = "呼叫器登记", "报警与处理记录"


@indicator(
    code="care.call_devices", name="在用呼叫器", unit="台", source=BOOKS, opens="call_devices",
    definition="当日在用的呼叫器：已启用、未停用。", permission=Permission.ALARM_VIEW,
)  # fmt: skip
def call_devices(scope: Scope, on: date) -> Rows:
    return _devices(scope).that(Q(to_on=None) | Q(to_on__gt=on), from_on__lte=on)


def _devices(scope: Scope) -> Rows:
    """One statement counts all figures of devices, another one those of alarms."""
    return Rows(scope.rows_of(CallDevice), key="call_devices")


def _alarms(scope: Scope) -> Rows:
    return Rows(scope.rows_of(Alarm), key="alarms")


def _of_year(scope: Scope, on: date) -> Rows:
    begin, end = (timezone.make_aware(datetime.combine(day, time.min))
                  for day in (on.replace(month=1, day=1), on + timedelta(days=1)))  # fmt: skip
    counted = ~Q(outcome=AlarmOutcome.TEST)
    return _alarms(scope).that(counted, received_at__gte=begin, received_at__lt=end)


@indicator(
    code="care.alarms", name="本年报警", unit="次", source=RECORDS, opens="alarms",
    definition="当年1月1日至当日收到的报警；短时间内重复按的计一次，测试不计。",
    permission=Permission.ALARM_VIEW,
)  # fmt: skip
def alarms(scope, on):
    return _of_year(scope, on)


@indicator(
    code="care.alarms_answered_in_time", name="及时响应的报警", unit="次", source=RECORDS,
    opens="alarms", permission=Permission.ALARM_VIEW,
    definition="本年报警中，在报备岗的时限以内有人响应的（时限见“报警时限”，按响应时的规定）。",
)  # fmt: skip
def alarms_answered_in_time(scope, on):
    return _of_year(scope, on).that(is_in_time=True)


share(
    code="care.alarms_answered_in_time_share", name="报警及时响应率",
    part="care.alarms_answered_in_time", whole="care.alarms",
    definition="及时响应的报警 ÷ 本年报警，保留一位小数。",
)  # fmt: skip


@indicator(
    code="attention.alarms", name="报警还没有办结", unit="次", source=RECORDS, opens="alarms",
    definition="待响应或有人在处理的报警。", permission=Permission.ALARM_VIEW, series="attention",
)  # fmt: skip
def alarms_open(scope, on):
    return _alarms(scope).that(state__in=OPEN)


@indicator(
    code="attention.devices_strayed", name="呼叫器与住户不符", unit="台", source=BOOKS,
    opens="call_devices", series="attention", permission=Permission.ALARM_VIEW,
    definition="在用的呼叫器中，登记的户已销户、已搬走或没有在册成员的。",
)  # fmt: skip
def devices_strayed(scope, on):
    return _devices(scope).that(is_strayed())
