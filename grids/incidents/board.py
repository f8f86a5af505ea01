"""The open incidents by state and age: what the board draws."""

import datetime as dt
from collections import Counter, defaultdict

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from grids.models import OPEN_STATES, IncidentState

# (key, label, from so many days ago, to so many days ago), today being 0.
AGES = (
    ("today", "今天", 0, 0),
    ("days", "1–2 天", 1, 2),
    ("week", "3–7 天", 3, 7),
    ("old", "7 天以上", 8, None),
)
SHOWN = 6


def age_between(key: str, today: dt.date) -> tuple[dt.datetime | None, dt.datetime]:
    """The moments of report (from, before) of an age; from None is long ago."""
    _, _, first, last = next(age for age in AGES if age[0] == key)
    begin = None if last is None else _midnight(today - dt.timedelta(last))
    return begin, _midnight(today - dt.timedelta(first - 1))


def board(rows: QuerySet, now: dt.datetime) -> dict:
    """``rows`` are the incidents in the viewer's reach."""
    found = list(
        rows.filter(state__in=OPEN_STATES).order_by("due_at", "reported_at")
        .select_related("category", "building", "handler")
    )  # fmt: skip
    today, counts, columns = timezone.localdate(now), Counter(), defaultdict(list)
    for row in found:
        row.is_late = row.due_at is not None and row.due_at < now
        counts[row.state, _age(row, today)] += 1
        columns[row.state].append(row)
    return {
        "total": len(found),
        "late": sum(row.is_late for row in found),
        "urgent": sum(row.is_urgent for row in found),
        "delays": sum(row.delay_to is not None for row in found),
        "ages": [label for _, label, _, _ in AGES],
        "states": [_state(state, counts, columns[state]) for state in OPEN_STATES],
    }


def list_url(**filters) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse('core:list', args=['incidents'])}?{query}"


def _state(state, counts, rows) -> dict:
    ages = [
        {"label": label, "value": counts[state, key], "url": list_url(state=state, age=key)}
        for key, label, _, _ in AGES
    ]
    return {
        "state": state, "label": IncidentState(state).label, "count": len(rows), "ages": ages,
        "shown": rows[:SHOWN], "more": max(len(rows) - SHOWN, 0), "url": list_url(state=state),
    }  # fmt: skip


def _age(row, today: dt.date) -> str:
    days = (today - timezone.localdate(row.reported_at)).days
    return next(key for key, _, _, last in AGES if last is None or days <= last)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
