"""The indicator catalogue: groups, and a figure over the months."""

from calendar import monthrange
from datetime import date

from portal.core.indicators import Indicator, Scope, figures

GROUPS = {"population": "人口", "place": "网格与房屋", "party": "党员"}
MONTHS = 12


def grouped(tiles: list[dict]) -> list[tuple[str, list[dict]]]:
    """Tiles under the names of their groups; the group is the code's first word."""
    return [
        (name, [tile for tile in tiles if tile["code"].partition(".")[0] == key])
        for key, name in GROUPS.items()
    ]


def month_ends(on: date, count: int = MONTHS) -> list[date]:
    """The last days of the months before ``on``, and ``on`` itself, oldest first."""
    days = [on]
    for back in range(1, count):
        year, month = divmod(on.year * 12 + on.month - 1 - back, 12)
        days.insert(0, date(year, month + 1, monthrange(year, month + 1)[1]))
    return days


def months(scope: Scope, on: date, known: Indicator) -> list[dict]:
    """The figure on twelve days as bars; a statement for each day."""
    return [
        {"label": f"{day.year}年{day.month}月" if day != on else f"{day:%Y-%m-%d}",
         "value": figures(scope, day, [known.code])[known.code].value or 0}
        for day in month_ends(on)
    ]  # fmt: skip
