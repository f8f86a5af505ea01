"""The words of a month's roster: what is to be filled, by whom, under which rules.

Nothing here knows the database; keys are texts that the caller chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from portal.core.workdays import zone

DAY = timedelta(days=1)
MEASURES = ("shifts", "nights", "weekends", "holidays")


@dataclass(frozen=True)
class Slot:
    """One place for one person in one shift; moments are aware, ``on`` is its first day.

    ``name`` and ``kind_name`` are what people call the shift and its kind.
    """

    key: str
    on: date
    starts_at: datetime
    ends_at: datetime
    kind: str
    is_night: bool = False
    is_weekend: bool = False
    is_holiday: bool = False
    name: str = ""
    kind_name: str = ""

    def __str__(self):
        return f"{self.on.month}月{self.on.day}日 {self.name or self.kind_name or self.kind}"

    @property
    def days(self) -> tuple[date, ...]:
        """The days by the community's clock on which somebody is on duty."""
        first = self.starts_at.astimezone(zone()).date()
        last = (self.ends_at - timedelta(microseconds=1)).astimezone(zone()).date()
        return tuple(first + number * DAY for number in range((last - first).days + 1))

    def counts(self, measure: str) -> bool:
        """Whether it adds to one of the MEASURES."""
        return {"shifts": True, "nights": self.is_night, "weekends": self.is_weekend,
                "holidays": self.is_holiday}[measure]  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """A day on which somebody would like duty, or rather not; no kind means any."""

    on: date
    kind: str = ""
    is_wanted: bool = False

    def means(self, slot: Slot) -> bool:
        return slot.on == self.on and self.kind in ("", slot.kind)


class Busy(NamedTuple):
    """A shift outside of the problem; ``name`` is how a fault calls it, "" for not at all."""

    starts_at: datetime
    ends_at: datetime
    is_night: bool
    name: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who takes part. ``shifts`` to ``holidays`` count what the year holds already,
    ``share`` is in percent, ``ahead`` names the measures of which they had more than the fair
    part in the year before (it decides among equals)."""

    key: str
    kinds: frozenset[str]
    away: frozenset[date] = frozenset()
    share: int = 100
    shifts: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    ahead: frozenset[str] = frozenset()
    wishes: tuple[Wish, ...] = ()
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What a community has set: rest between two shifts in hours, nights in a row."""

    rest_hours: int = 11
    nights_in_row: int = 2

    @property
    def rest(self) -> timedelta:
        return timedelta(hours=self.rest_hours)


@dataclass(frozen=True)
class Problem:
    """``pinned`` gives slots to people for good. ``eligible`` narrows who may take a slot;
    a slot that it does not name is open to all. ``present`` says who has the free slots now:
    of equally good months the one that changes least is taken."""

    slots: tuple[Slot, ...]
    people: tuple[Person, ...]
    rules: Rules = Rules()
    pinned: Mapping[str, str] = field(default_factory=dict)
    eligible: Mapping[str, frozenset[str]] | None = None
    present: Mapping[str, str] = field(default_factory=dict)

    def is_eligible(self, slot: Slot, person: Person) -> bool:
        known = self.eligible or {}
        return slot.key not in known or person.key in known[slot.key]


@dataclass(frozen=True)
class Fault:
    """A broken rule: "kind", "eligible", "away", "overlap", "rest", "nights", "pin" or
    "unknown". ``text`` names day, shift and rule, never the person."""

    slot: str
    person: str
    rule: str
    text: str


@dataclass
class Solution:
    """``status`` is "optimal", "feasible" (time was up) or "infeasible pins": pins that break
    a rule among themselves are kept, and ``faults`` names them.

    ``unfilled`` gives each empty slot its reason, ``bent`` each wish that was not met as
    (person key, wish, reason); ``spread`` is the distance between the most and the least
    loaded person of the year among those who may keep the same kinds, by measure and at a full
    share.
    """

    assigned: dict[str, str]
    unfilled: dict[str, str]
    bent: list[tuple[str, Wish, str]]
    status: str
    seconds: float
    spread: dict[str, float]
    faults: list[Fault] = field(default_factory=list)
