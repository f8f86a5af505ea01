"""Hints for a talk about how visits are made: too short, many in a row, out of hours, the same
words. They name visits, never count or rank people, and nothing follows from them by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from residents.models import Visit, VisitOutcome, VisitWay

SHORT = timedelta(seconds=60)  # somebody was met at the door, and it was over sooner
MANY, WINDOW = 8, timedelta(minutes=20)
EARLY, LATE = 7, 21  # hours of the day
SAME_WORDS, WORDS_LENGTH = 3, 4


class Record(NamedTuple):
    """What a hint looks at; ``text`` is the note."""

    visit: Visit
    started: datetime
    ended: datetime
    at_door: bool
    text: str


class Hint(NamedTuple):
    what: str
    words: str
    visits: list[Visit]


def record_of(visit: Visit) -> Record:
    at_door = visit.way == VisitWay.DOOR and visit.outcome == VisitOutcome.MET
    return Record(visit, visit.started_at, visit.ended_at, at_door, visit.note.strip())


def hints_of(records: Iterable[Record]) -> list[Hint]:
    """The hints about the visits of one person."""
    rows = sorted(records, key=lambda row: row.started)
    found = [_short(rows), *_many(rows), _out_of_hours(rows), *_same(rows)]
    return [hint for hint in found if hint and hint.visits]


def _short(rows: list[Record]) -> Hint:
    visits = [r.visit for r in rows if r.at_door and r.ended - r.started < SHORT]
    return Hint("时间很短", "上门见到了人，但不到 1 分钟", visits)


def _many(rows: list[Record]) -> list[Hint]:
    """Runs of many visits at doors within a short time, each run once."""
    doors = [r for r in rows if r.at_door]
    found, run = [], []
    for row in doors:
        run = [r for r in run if row.started - r.started <= WINDOW]
        if found and run and run[-1].visit in found[-1]:
            if len(run) + 1 >= MANY:
                found[-1].append(row.visit)
        elif len(run) + 1 >= MANY:
            found.append([r.visit for r in (*run, row)])
        run.append(row)
    minutes = WINDOW.seconds // 60
    return [Hint("连着很多户", f"{minutes} 分钟内上门 {MANY} 户以上", visits) for visits in found]


def _out_of_hours(rows: list[Record]) -> Hint:
    visits = [r.visit for r in rows
              if not EARLY <= timezone.localtime(r.started).hour < LATE]  # fmt: skip
    return Hint("时间不寻常", f"{EARLY} 点以前或 {LATE} 点以后", visits)


def _same(rows: list[Record]) -> list[Hint]:
    by_text: dict[str, list[Visit]] = {}
    for row in rows:
        if len(row.text) >= WORDS_LENGTH:
            by_text.setdefault(row.text, []).append(row.visit)
    return [
        Hint("备注相同", "几次走访写了一样的备注", visits)
        for visits in by_text.values()
        if len(visits) >= SAME_WORDS
    ]
