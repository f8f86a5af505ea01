"""A month as a grid and a week as a board, ready for the templates.

Pure: rows are given, nothing is asked of the database. Moments are shown by the community's
clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.core.workdays import SATURDAY, day_kind, zone
from portal.duty.models import Shift
from portal.duty.totals import Totals

WEEKDAYS = "一二三四五六日"
DAY = timedelta(days=1)
NOBODY = "空缺"
NONE = Totals()


@dataclass(frozen=True)
class Day:
    """A column. ``word`` marks what is not an ordinary workday: 休, 节, or 班 for a weekend
    day that is worked."""

    on: date
    weekday: str
    word: str
    kind: str  # "workday", "weekend", "holiday", "worked"
    is_today: bool

    @property
    def told(self) -> str:
        words = {"weekend": "，休息日", "holiday": "，节假日", "worked": "，调休上班"}
        return f"{self.on.month}月{self.on.day}日 周{self.weekday}{words.get(self.kind, '')}"


@dataclass(frozen=True)
class Chip:
    """One shift as a mark in a cell. ``was`` names whom it had before the last run, where that
    was somebody else."""

    shift: Shift
    mark: str
    was: str = ""
    why: str = ""

    @property
    def who(self) -> str:
        return self.shift.user.name if self.shift.user_id else NOBODY

    @property
    def hours(self) -> str:
        return hours_of(self.shift)

    @property
    def told(self) -> str:
        """Everything about it in one sentence, for the ear and for hovering."""
        shift = self.shift
        parts = [f"{shift} {hours_of(shift)}", self.who]
        parts += ["已固定"] if shift.is_pinned else []
        parts += [f"原为{self.was}"] if self.was else []
        parts += [self.why] if self.why else []
        return "，".join(parts)


@dataclass
class Cell:
    day: Day
    chips: list[Chip] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)  # (short word, what it means)


@dataclass
class Line:
    """A row: a person, the row of gaps (no ``key``), or a place in a shift."""

    key: str
    name: str
    cells: list[Cell]
    note: str = ""
    month: Totals = NONE
    year: Totals = NONE


def days_of(first: date, count: int, today: date) -> list[Day]:
    return [day_of(first + number * DAY, today) for number in range(count)]


def day_of(on: date, today: date) -> Day:
    kind = day_kind(on)
    if kind == "workday" and on.weekday() >= SATURDAY:
        kind = "worked"
    word = {"weekend": "休", "holiday": "节", "worked": "班"}.get(kind, "")
    return Day(on, WEEKDAYS[on.weekday()], word, kind, on == today)


def month_days(month: date, today: date) -> list[Day]:
    following = (month + 32 * DAY).replace(day=1)
    return days_of(month, (following - month).days, today)


def why_of(shift: Shift, may_plan: bool) -> str:
    """Why it is empty, without its own day and name in front; which wish of its holder is
    bent is for those who plan."""
    if shift.user_id and not may_plan:
        return ""
    return shift.reason.removeprefix(f"{shift}：")


def hours_of(shift: Shift) -> str:
    """20:00–次日08:00"""
    start, end = (moment.astimezone(zone()) for moment in (shift.starts_at, shift.ends_at))
    return f"{start:%H:%M}–{'次日' if end.date() > start.date() else ''}{end:%H:%M}"


def marks_of(names: Iterable[str]) -> dict[str, str]:
    """A short mark for each name: its first character that no other name has."""
    names = sorted(set(names))
    return {
        name: next(
            (sign for sign in name if not any(sign in other for other in names if other != name)),
            name[:2],
        )
        for name in names
    }


def chips_of(shifts: list[Shift], before: Mapping[str, str], may_plan: bool) -> list[Chip]:
    """``before`` gives {shift id: name} where the holder was another."""
    marks = marks_of(shift.name for shift in shifts)
    return [
        Chip(shift, marks[shift.name], before.get(str(shift.pk), ""), why_of(shift, may_plan))
        for shift in shifts
    ]


def by_person(days: list[Day], chips: Iterable[Chip], people: Mapping, month: Mapping,
              year: Mapping, marks: Mapping) -> list[Line]:  # fmt: skip
    """The row of gaps, if there are any, then a row for each of ``people`` {id: name}.

    ``month`` and ``year`` give Totals by person, ``marks`` {(person, day): [(word, meaning)]}.
    """
    held = defaultdict(list)
    for chip in chips:
        held[chip.shift.user_id, chip.shift.on].append(chip)
    lines = [Line("", NOBODY, [Cell(day, held[None, day.on]) for day in days])]
    if not any(cell.chips for cell in lines[0].cells):
        lines[0].note = "没有空缺"
    for key, name in people.items():
        cells = [Cell(day, held[key, day.on], marks.get((key, day.on), [])) for day in days]
        lines.append(Line(str(key), name, cells, "", month.get(key, NONE),
                          year.get(key, NONE)))  # fmt: skip
    return lines


def by_shift(days: list[Day], chips: Iterable[Chip]) -> list[Line]:
    """A row for each place in a shift; the hours stand beside the name."""
    places: dict[tuple, dict] = {}
    for chip in chips:
        shift = chip.shift
        places.setdefault((shift.template_id, shift.name, shift.seat), {})[shift.on] = chip
    seats: dict = defaultdict(int)
    for template, name, _ in places:
        seats[template, name] += 1
    lines = []
    for (template, name, seat), row in sorted(places.items(), key=_as_day_goes):
        shift = next(iter(row.values())).shift
        label = f"{name}（{seat}）" if seats[template, name] > 1 else name
        cells = [Cell(day, [row[day.on]] if day.on in row else []) for day in days]
        lines.append(Line("", label, cells, hours_of(shift)))
    return lines


def _as_day_goes(place) -> tuple:
    """Earlier hours first."""
    (_, name, seat), row = place
    shift = next(iter(row.values())).shift
    return shift.starts_at.astimezone(zone()).time(), name, seat


def day_lines(days: list[Day], chips: Iterable[Chip]) -> list[Cell]:
    """Day by day, for a narrow screen."""
    held = defaultdict(list)
    for chip in chips:
        held[chip.shift.on].append(chip)
    return [Cell(day, held[day.on]) for day in days]


def month_totals(shifts: Iterable[Shift]) -> dict:
    """{user id: Totals} of these shifts, drafts too."""
    found: dict = defaultdict(lambda: [0, 0, 0, 0, 0.0])
    for shift in shifts:
        if shift.user_id:
            one = found[shift.user_id]
            for number, counts in enumerate(
                (True, shift.is_night, shift.is_weekend, shift.is_holiday, shift.hours)
            ):
                one[number] += counts
    return {key: Totals(*values) for key, values in found.items()}


# --- The week board


@dataclass
class Block:
    """A shift of a day with everybody on it."""

    name: str
    hours: str
    people: list[tuple[str, str, str]]  # (name, office telephone, whom they stand in for)


@dataclass
class BoardDay:
    day: Day
    blocks: list[Block] = field(default_factory=list)


def board(days: list[Day], shifts: Iterable[Shift], instead: Mapping) -> list[BoardDay]:
    """Seven days of blocks in the order of the hours. ``instead`` gives {shift id: name} of
    those who had the shift when it was published."""
    found = {day.on: BoardDay(day) for day in days}
    blocks: dict[tuple, Block] = {}
    for shift in shifts:
        key = (shift.on, shift.template_id, shift.starts_at)
        if key not in blocks:
            blocks[key] = Block(shift.name, hours_of(shift), [])
            found[shift.on].blocks.append(blocks[key])
        name = shift.user.name if shift.user_id else ""
        phone = shift.user.work_phone if shift.user_id else ""
        blocks[key].people.append((name, phone, instead.get(shift.pk, "")))
    return list(found.values())


def size_of(days: Iterable[BoardDay]) -> str:
    """How large the board may be printed so that the fullest day still fits on the sheet."""
    fullest = max((2 * len(d.blocks) + 3 * sum(len(b.people) for b in d.blocks) for d in days),
                  default=0)  # fmt: skip
    for size, most in (("large", 22), ("middle", 30), ("small", 45)):
        if fullest <= most:
            return size
    return "tiny"
