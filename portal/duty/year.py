"""What the year holds already for each person, so that the next month levels it.

Counted are shifts of the calendar year outside of the roster: published ones, as they were
changed since, and those of drafts for months that are not over, so that months drafted in
advance level each other. Who joined later is credited what others of the same share have had in
the months before. Of each measure it is known who had more than the fair part of last year:
among equals they come last, or one level year would follow another the same way round.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from portal.duty.models import DutyMember, Roster, Shift
from portal.duty.solver.problem import MEASURES


class Past(NamedTuple):
    """What the solver wants to know of a person's year, in its words."""

    shifts: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    ahead: frozenset[str] = frozenset()


def year_before(roster: Roster, members: Mapping[UUID, DutyMember]) -> dict[UUID, Past]:
    """{user id: what to count for them before the roster} of all members, in one query."""
    year = roster.month.year
    rows = list(
        Shift.objects.expected(timezone.localdate())
        .filter(community=roster.community_id, user__in=members,
                on__range=(date(year - 1, 1, 1), date(year, 12, 31)))
        .exclude(roster=roster)
        .values("roster__month", "user_id", "kind")
        .annotate(
            shifts=Count("pk"),
            nights=Count("pk", filter=Q(is_night=True)),
            weekends=Count("pk", filter=Q(is_weekend=True)),
            holidays=Count("pk", filter=Q(is_holiday=True)),
        )
        .order_by()
        .values_list("roster__month", "user_id", "kind", *MEASURES)
    )  # fmt: skip
    counts, ahead = defaultdict(list), defaultdict(set)
    for place, measure in enumerate(MEASURES):
        counted = [(month, user, kind, many[place]) for month, user, kind, *many in rows]
        this = _Span([row for row in counted if row[0].year == year], members)
        last = _Span([row for row in counted if row[0].year == year - 1], members)
        for key in members:
            counts[key].append(this.had[key] + this.credit(key))
            if last.is_ahead(key):
                ahead[key].add(measure)
    return {key: Past(*counts[key], frozenset(ahead[key])) for key in members}


class _Span:
    """One measure over the published months of a year: who had how many, who was there."""

    def __init__(self, rows: list[tuple], members: Mapping[UUID, DutyMember]):
        self.months = {month for month, *_ in rows}
        self.had: dict[UUID, int] = defaultdict(int)
        kinds = set()
        for _, user, kind, count in rows:
            self.had[user] += count
            kinds |= {kind} if count else set()
        # Only those who may have such shifts are compared, by share and days in force.
        self.there = {key: row.share * self._days(row) for key, row in members.items()
                      if kinds.intersection(row.kinds)}  # fmt: skip
        self.whole = {key: members[key].share * sum(map(_length, self.months))
                      for key in self.there}  # fmt: skip
        self.total = sum(self.had[key] for key in self.there)
        self.parts = sum(self.there.values()) or 1

    def credit(self, key: UUID) -> int:
        """What the person would have had in the days before they joined."""
        missed = self.whole.get(key, 0) - self.there.get(key, 0)
        return round(self.total * missed / self.parts)

    def is_ahead(self, key: UUID) -> bool:
        return self.had[key] * self.parts > self.total * self.there.get(key, 0)

    def _days(self, row: DutyMember) -> int:
        """Days of the counted months on which the member was in force."""
        days = 0
        for month in self.months:
            first, last = max(month, row.from_on), month.replace(day=_length(month))
            last = min(last, row.to_on) if row.to_on else last
            days += max(0, (last - first).days + 1)
        return days


def _length(month: date) -> int:
    return monthrange(month.year, month.month)[1]
