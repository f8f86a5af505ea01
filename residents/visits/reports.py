"""Indicators of the visits, counted from the records."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator
from residents.models import Household, TaskState, Visit, VisitOutcome, VisitTask
from residents.reports import living

RECORDS, PLAN = "走访记录", "走访任务"


def counted_in_year(scope: Scope, on: date):
    """Visits from 1 January to that day that count."""
    return scope.rows_of(Visit).filter(
        outcome=VisitOutcome.MET, corrected_by=None,
        visited_on__gte=on.replace(month=1, day=1), visited_on__lte=on,
    )  # fmt: skip


@indicator(
    code="grid.visits", name="本年走访", unit="次", source=RECORDS, opens="visits",
    definition="当年1月1日至当日见到人的走访；更正过的只计更正后的一次。",
    permission=Permission.VISIT_VIEW,
)  # fmt: skip
def visits(scope, on):
    return Rows(counted_in_year(scope, on))


def _waiting(scope: Scope, on: date) -> Rows:
    """Tasks that were there at the end of that day and not done by then."""
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    rows = scope.rows_of(VisitTask).filter(created_at__lt=end).exclude(state=TaskState.DROPPED)
    return Rows(rows.filter(Q(done_on=None) | Q(done_on__gt=on)), key="visit_tasks")


@indicator(
    code="grid.visits_due", name="应访未访", unit="户次", source=PLAN, opens="visit_tasks",
    definition="当日已安排、尚未走访的任务，含逾期的；后来取消的不计。",
    permission=Permission.VISIT_VIEW,
)  # fmt: skip
def visits_due(scope, on):
    return _waiting(scope, on)


@indicator(
    code="grid.visits_overdue", name="逾期未访", unit="户次", source=PLAN, opens="visit_tasks",
    definition="应访日期早于当日、到当日仍未走访的任务；后来取消的不计。",
    permission=Permission.VISIT_VIEW,
)  # fmt: skip
def visits_overdue(scope, on):
    return _waiting(scope, on).that(due_on__lt=on)


def _households(code: str, name: str, definition: str):
    return indicator(
        code=f"coverage.{code}", name=name, unit="户", source=RECORDS, series="coverage",
        definition=definition, opens="households", permission=Permission.VISIT_VIEW,
    )  # fmt: skip


@_households("all", "常住户", "当日至少有一名常住居民的户。")
def coverage_all(scope, on):
    return living(scope, on).leading_to("household", Household, distinct=True)


@_households("seen", "本年已访", "常住户中当年1月1日至当日走访过的户。")
def coverage_seen(scope, on):
    seen = counted_in_year(Scope(scope.tenant), on).values("household")
    rows = living(scope, on).that(household__in=seen)
    return rows.leading_to("household", Household, distinct=True)


@_households("left", "本年未访", "常住户中当年1月1日至当日还没有走访过的户。")
def coverage_left(scope, on):
    seen = counted_in_year(Scope(scope.tenant), on).values("household")
    rows = living(scope, on).that(~Q(household__in=seen))
    return rows.leading_to("household", Household, distinct=True)
