"""Working days by the State Council's calendar, and time limits counted in office hours.

Each year is a file of this folder or, added by whoever runs the portal, of ``workdays`` in the
data folder, which comes first and is seen without a new start. It is made from the notice that
the General Office publishes in the November before: ``off`` are ranges of days (both ends
included), ``worked`` the weekend days that are worked instead. A year without a file counts
Monday to Friday without the holidays that the law itself names (全国年节及纪念日放假办法, State
Council decree 795): only the notice can say which weekends are worked for them.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

FOLDER = Path(__file__).resolve().parent
NOTICE_MONTH = 11  # the month in which next year's calendar is published
SATURDAY = 5
DAY = timedelta(days=1)
BAD_FILE = (OSError, ValueError, KeyError, TypeError)
ENDS = 366 * 3  # days that a limit may reach ahead


class Year(NamedTuple):
    """``off`` and ``worked`` are where the year differs from Monday to Friday."""

    off: frozenset[date]
    worked: frozenset[date]


def day_kind(day: date) -> Literal["workday", "weekend", "holiday"]:
    """A holiday stays one on a Saturday; a weekend day that is worked is a workday."""
    year = year_of(day.year)
    if year and day in year.worked:
        return "workday"
    if day in (year.off if year else _statutory(day.year)):
        return "holiday"
    return "weekend" if day.weekday() >= SATURDAY else "workday"


def is_workday(day: date) -> bool:
    return day_kind(day) == "workday"


def work_deadline(moment: datetime, hours: float) -> datetime:
    """The moment at which ``hours`` of office time have passed since ``moment`` (aware).

    No hours: the moment itself. A limit that is used up when the office closes ends then,
    not when it opens again.
    """
    left = timedelta(hours=hours)
    if left <= timedelta(0):
        return moment
    start = moment.astimezone(zone())
    for opens, closes in _open_times(start):
        begin = max(opens, start)
        if closes - begin >= left:
            return (begin + left).astimezone(moment.tzinfo)
        left -= closes - begin
    raise ValueError(f"{hours} hours end too far ahead")


def work_hours_between(first: datetime, last: datetime) -> float:
    """Office hours from one moment to a later one; 0 when it is not later."""
    total, start, end = timedelta(0), first.astimezone(zone()), last.astimezone(zone())
    for opens, closes in _open_times(start):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), timedelta(0))
    return total / timedelta(hours=1)


def missing_years(today: date) -> list[int]:
    """This year without its calendar, and from November on the next one."""
    wanted = [today.year] + ([today.year + 1] if today.month >= NOTICE_MONTH else [])
    return [number for number in wanted if year_of(number) is None]


def missing_words(today: date) -> list[str]:
    """A sentence for each missing calendar."""
    return year_words(*missing_years(today))


def year_words(*numbers: int) -> list[str]:
    """A sentence for each of these years that has no calendar."""
    return [
        f"缺少 {number} 年国务院节假日安排：办理时限和值班暂按周一至周五和法定节日计算，不含调休。"
        f"通知公布后，请维护人员添加 {FOLDER.name}/{number}.json。"
        for number in numbers if year_of(number) is None
    ]  # fmt: skip


def year_of(number: int) -> Year | None:
    """The calendar of a year, None when there is none or its file is unreadable."""
    path = year_file(number)
    try:
        return _read(path, path.stat().st_mtime_ns) if path else None
    except BAD_FILE:
        return None


def year_file(number: int) -> Path | None:
    """Where the year's calendar stands."""
    places = Path(settings.LINLI_DATA_DIR) / FOLDER.name, FOLDER
    return next((path for place in places if (path := place / f"{number}.json").is_file()), None)


def year_fault(number: int) -> str:
    """What is wrong with the year's file, "" for nothing."""
    path = year_file(number)
    try:
        year = _read(path, path.stat().st_mtime_ns) if path else Year(frozenset(), frozenset())
    except BAD_FILE as error:
        return f"{path}：{error}"
    strange = [str(day) for day in sorted(year.off | year.worked) if day.year != number]
    return f"{path}：{strange[0]} 不在这一年" if strange else ""


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Year:
    """``changed`` is the file's own moment: a new file is read anew."""
    stored = json.loads(path.read_text("utf-8"))
    off = set()
    for first, last, _ in stored["off"]:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            off.add(day)
            day += DAY
    return Year(frozenset(off), frozenset(map(date.fromisoformat, stored["worked"])))


@lru_cache(maxsize=64)
def _statutory(number: int) -> frozenset[date]:
    """The public holidays of a year by law, with the days in lieu of those on a weekend."""
    from holidays import country_holidays  # half a second, needed only without a year's file

    return frozenset(country_holidays("CN", years=number))


@lru_cache(maxsize=1)
def _office() -> tuple[ZoneInfo, tuple[tuple[time, time], ...]]:
    stored = json.loads((FOLDER / "office.json").read_text("utf-8"))
    hours = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in stored["hours"])
    return ZoneInfo(stored["zone"]), hours


def zone() -> ZoneInfo:
    return _office()[0]


def _open_times(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """(opens, closes) of the office from a local moment on, what is over left out."""
    place, hours = _office()
    for number in range(ENDS):
        day = start.date() + number * DAY
        if is_workday(day):
            for opens, closes in hours:
                pair = (datetime.combine(day, opens, place), datetime.combine(day, closes, place))
                if pair[1] > start:
                    yield pair
