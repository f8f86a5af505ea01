"""Indicators of incidents, counted from their rows and steps."""

from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from grids.models import OPEN_STATES, Incident, IncidentState, IncidentStep
from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator, share

RECORDS = "事件登记与办理记录"


def day_ends(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))


@indicator(
    code="grid.incidents_open", name="未办结事件", unit="件", source=RECORDS, opens="incidents",
    definition="当日终了时尚未办结的事件；不予受理、并案、拆分的原事件不计。",
    permission=Permission.INCIDENT_VIEW,
)  # fmt: skip
def incidents_open(scope: Scope, on: date) -> Rows:
    rows = scope.rows_of(Incident).filter(reported_at__lt=day_ends(on))
    if on >= timezone.localdate():
        return Rows(rows.filter(state__in=OPEN_STATES))
    # Where it stood that evening: the state to which its last step until then had led.
    steps = IncidentStep.objects.filter(incident=OuterRef("pk"), at__lt=day_ends(on))
    last = Subquery(steps.order_by("-at", "-pk").values("to_state")[:1])
    return Rows(rows.annotate(stood=last).filter(stood__in=OPEN_STATES))


def closed_in_year(scope: Scope, on: date) -> Rows:
    """Closed from 1 January to that day and not opened again since."""
    begin = timezone.make_aware(datetime.combine(on.replace(month=1, day=1), time.min))
    rows = scope.rows_of(Incident).filter(
        state=IncidentState.CLOSED, closed_at__gte=begin, closed_at__lt=day_ends(on)
    )
    return Rows(rows, key="incidents_closed")


@indicator(
    code="grid.incidents_closed", name="本年办结事件", unit="件", source=RECORDS, opens="incidents",
    definition="当年1月1日至当日办结的事件；办结后又重新办理的不计。",
    permission=Permission.INCIDENT_VIEW,
)  # fmt: skip
def incidents_closed(scope, on):
    return closed_in_year(scope, on)


@indicator(
    code="grid.incidents_closed_in_time", name="按时处置事件", unit="件", source=RECORDS,
    opens="incidents", definition="本年办结的事件中，在处置时限（工作小时）以内报处置完成的。",
    permission=Permission.INCIDENT_VIEW,
)  # fmt: skip
def incidents_closed_in_time(scope, on):
    return closed_in_year(scope, on).that(is_in_time=True)


share(
    code="grid.incidents_closed_in_time_share", name="事件按时处置率",
    part="grid.incidents_closed_in_time", whole="grid.incidents_closed",
    definition="按时处置事件 ÷ 本年办结事件，保留一位小数。",
)  # fmt: skip
