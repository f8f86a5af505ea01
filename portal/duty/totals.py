"""What each person has kept over a year, counted from published shifts and never typed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum

from portal.duty.models import Shift


@dataclass(frozen=True)
class Totals:
    """Numbers of shifts, and hours."""

    shifts: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    hours: float = 0.0

    def told(self) -> dict:
        return asdict(self)


def totals_between(community_id: UUID, first: date, last: date,
                   users: Iterable | None = None) -> dict[UUID, Totals]:  # fmt: skip
    """{user id: Totals} of the published shifts that begin from ``first`` to ``last``."""
    rows = Shift.objects.published().filter(community=community_id, on__range=(first, last))
    return totals_of(rows if users is None else rows.filter(user__in=list(users)))


def year_totals(community_id: UUID, year: int, users: Iterable | None = None) -> dict:
    """The same over a calendar year."""
    return totals_between(community_id, date(year, 1, 1), date(year, 12, 31), users)


def totals_of(rows) -> dict[UUID, Totals]:
    """{user id: Totals} of the shifts of a query set."""
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    counted = (
        rows.filter(user__isnull=False)
        .order_by()
        .values("user")
        .annotate(
            shifts=Count("pk"),
            nights=Count("pk", filter=Q(is_night=True)),
            weekends=Count("pk", filter=Q(is_weekend=True)),
            holidays=Count("pk", filter=Q(is_holiday=True)),
            time=Sum(length),
        )
    )
    return {
        row["user"]: Totals(row["shifts"], row["nights"], row["weekends"], row["holidays"],
                            round(row["time"].total_seconds() / 3600, 2))
        for row in counted
    }  # fmt: skip
