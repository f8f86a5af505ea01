"""What has changed since a roster was drawn up: the State Council's calendar that came later,
shifts that were set up anew. A draft may be renewed; a published month is only told of."""

from dataclasses import dataclass, field
from datetime import date

from portal.core.workdays import day_kind
from portal.duty.models import Roster, Shift
from portal.duty.plan import shifts_make

FIELDS = ("name", "kind", "starts_at", "ends_at", "is_night", "is_weekend", "is_holiday")


@dataclass
class Drift:
    """``more`` are unsaved shifts that are missing, ``gone`` those that are not kept any more,
    ``other`` pairs of a stored shift and what it would be now."""

    more: list[Shift] = field(default_factory=list)
    gone: list[Shift] = field(default_factory=list)
    other: list[tuple[Shift, Shift]] = field(default_factory=list)

    def __bool__(self):
        return bool(self.more or self.gone or self.other)

    @property
    def days(self) -> list[date]:
        rows = [*self.more, *self.gone, *(stored for stored, _ in self.other)]
        return sorted({shift.on for shift in rows})

    @property
    def told(self) -> str:
        """12月5日、12月6日等 9 天"""
        days, words = self.days, [f"{on.month}月{on.day}日" for on in self.days[:5]]
        return "、".join(words) + (f"等 {len(days)} 天" if len(days) > len(words) else "")


def drift_of(roster: Roster, shifts: list[Shift]) -> Drift:
    """Between the roster's shifts and those it would get if it were made now; of a published
    one only which days are weekends and holidays."""
    if roster.is_published:
        return Drift(other=[(shift, shift) for shift in shifts if _is_other_day(shift)])
    wanted = {_place(shift): shift for shift in shifts_make(roster)}
    stored = {_place(shift): shift for shift in shifts}
    return Drift(
        more=[shift for place, shift in wanted.items() if place not in stored],
        gone=[shift for place, shift in stored.items() if place not in wanted],
        other=[(shift, wanted[place]) for place, shift in stored.items()
               if place in wanted and values_of(shift) != values_of(wanted[place])],
    )  # fmt: skip


def values_of(shift: Shift) -> list:
    return [getattr(shift, name) for name in FIELDS]


def _place(shift: Shift) -> tuple:
    return shift.template_id, shift.on, shift.seat


def _is_other_day(shift: Shift) -> bool:
    kind = day_kind(shift.on)
    return (shift.is_weekend, shift.is_holiday) != (kind == "weekend", kind == "holiday")
