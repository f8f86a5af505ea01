"""The indicator catalogue: groups, a figure over the months, the whole as a file."""

from calendar import monthrange
from datetime import date

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal.core.api_formats import CsvRenderer, XlsxRenderer
from portal.core.indicators import Indicator, Scope, figures
from portal.reports.dashboard import cell_names

GROUPS = {
    "population": "人口",
    "place": "网格与房屋",
    "grid": "走访与事件",
    "care": "呼叫与报警",
    "party": "党员",
}
MONTHS = 12
FILES = {"xlsx": XlsxRenderer, "csv": CsvRenderer}


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


def file_response(scope: Scope, on: date, kind: str) -> HttpResponse:
    """All figures of a day, whole and by cell, as a file."""
    found = figures(scope, on, by_part=True)
    names = cell_names(scope, on, {key for figure in found.values() for key in figure.parts})
    rows = [
        {
            "代码": code, "指标": figure.indicator.name, "单位": figure.indicator.unit,
            "数值": figure.value, **{name: figure.parts.get(key) for key, name in names.items()},
            "定义": figure.indicator.definition, "来源": figure.indicator.source,
        }
        for code, figure in found.items()
    ]  # fmt: skip
    writer = FILES[kind]
    response = HttpResponse(writer().write(list(rows[0]), rows), content_type=writer.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(
        True, f"指标-{on:%Y%m%d}.{kind}"
    )
    return response
