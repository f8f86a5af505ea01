"""What the dashboard shows, put together from the catalogue in a fixed number of statements."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from grids.models import GridCell
from portal.core.indicators import (
    Figure,
    Scope,
    figure_rows,
    figures,
    figures_by_tenant,
    indicator_named,
    indicators,
)
from portal.reports.links import part_tile, rows_url, tile
from residents.reports import BAND, OLDEST_BAND, band_code, band_name

# Two rows of eight: who lives here; what needs somebody, and the places.
TILES = (
    "population.residents", "population.households", "population.minors",
    "population.elders_60", "population.elders_80", "population.floating",
    "population.registered_away", "party.members",
    "population.living_alone", "population.disabled", "population.low_income",
    "grid.visits_due", "grid.visits", "place.buildings", "place.dwellings",
    "place.dwellings_vacant",
)  # fmt: skip
NOTES = {
    "population.elders_60": ("population.elders_60_share", "占常住居民 {}%"),
    "party.members": ("party.branch", "社区支部 {} 人"),
    "grid.visits_due": ("grid.visits_overdue", "其中逾期 {} 户次"),
}
AGES = ("population.minors", "makeup.age_18", "makeup.age_60", "makeup.age_70",
        "population.elders_80")  # fmt: skip
RESIDENCE = ("makeup.home", "makeup.away_in", "population.floating")
COMPARED = ("population.residents", "population.households", "population.elders_60",
            "population.elders_60_share", "population.living_alone", "population.disabled",
            "population.low_income")  # fmt: skip
ALARMS = "attention.alarms"
ICONS = {
    "attention.no_number": "id-card", "attention.other_number": "badge-alert",
    "attention.duplicates": "copy", "attention.no_phone": "phone-off",
    "attention.elder_no_phone": "phone-missed", "attention.over_100": "cake",
    "attention.no_head": "user-x", "attention.no_cell": "map-pin-off",
    "attention.care_ending": "heart-handshake", "attention.care_ending_health": "heart-handshake",
    "attention.care_ending_minors": "heart-handshake",
    "attention.alarms": "bell-ring", "attention.devices_strayed": "unplug",
}  # fmt: skip


class Dashboard:
    """The figures of one place on one day, for one viewer."""

    def __init__(self, viewer, scope: Scope, on: date, is_today: bool):
        self.viewer, self.scope, self.tenant, self.on = viewer, scope, scope.tenant, on
        self.is_today = is_today
        wanted = [*indicators(), *indicators("makeup"), *indicators("pyramid")]
        if is_today:  # what is amiss is mended today, not on a past day
            wanted += indicators("attention")
        self.figures = figures(scope, on, [known.code for known in wanted])

    def context(self) -> dict:
        return {
            "is_empty": not any(
                self.figures[code].value
                for code in ("population.residents", "place.buildings", "place.dwellings")
            ),
            "tiles": [self.tile(code) for code in TILES],
            "bands": self.bands(),
            "ages": self.shares(AGES),
            "residence": self.shares(RESIDENCE),
            "attention": self.attention(),
            "alarms": self.tile(ALARMS) if self.is_today else None,
            "cells": cells_compared(self.viewer, self.scope, self.on, COMPARED),
        }

    def tile(self, code: str) -> dict:
        note = ""
        if code in NOTES:
            other, text = NOTES[code]
            value = self.figures[other].value
            note = "" if value is None else text.format(value)
        return tile(self.viewer, self.tenant, self.on, self.figures[code]) | {"note": note}

    def shares(self, codes: Iterable[str]) -> list[dict]:
        return [self.tile(code) for code in codes]

    def bands(self) -> list[dict]:
        """The bars of the pyramid from the oldest down; empty ages above the oldest left out."""
        bars = []
        for age in range(OLDEST_BAND, -1, -BAND):
            men, women = (self.figures[band_code(sex, age)] for sex in ("1", "2"))
            if bars or men.value or women.value:
                bars.append({
                    "label": band_name(age), "left": men.value, "right": women.value,
                    "left_url": self.url(men), "right_url": self.url(women),
                })  # fmt: skip
        return bars

    def attention(self) -> list[dict]:
        """Points that need somebody, an alarm before all, then the heaviest first, those in
        order at the end."""
        found = [
            tile(self.viewer, self.tenant, self.on, figure) | {"icon": ICONS[code]}
            for code, figure in self.figures.items()
            if figure.indicator.series == "attention"
        ]
        return sorted(found, key=lambda point: (not (point["code"] == ALARMS and point["value"]),
                                                -point["value"]))  # fmt: skip

    def url(self, figure: Figure) -> str:
        return rows_url(self.viewer, self.tenant, figure.indicator, self.on)


def cells_compared(viewer, scope: Scope, on: date, codes: Iterable[str]) -> dict:
    """A table of the cells: the heads, a row for each cell, the sums; and bars of the first."""
    found = figures(scope, on, codes, by_part=True)
    first = next(iter(found.values()))
    names = cell_names(scope, on, first.parts)
    rows = [
        {
            "name": name,
            "figures": [part_tile(viewer, scope.tenant, on, f, key) for f in found.values()],
        }
        for key, name in names.items()
    ]
    total = [tile(viewer, scope.tenant, on, figure) for figure in found.values()]
    bars = [{"label": row["name"], "value": row["figures"][0]["value"] or 0,
             "url": row["figures"][0]["url"]} for row in rows]  # fmt: skip
    return {"heads": total, "rows": rows, "bars": bars}


def cell_names(scope: Scope, on: date, counted: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The cells of the day by number, then closed ones in which something was counted, then
    rows without a cell."""
    counted = set(counted)
    valid = figure_rows("place.cells", scope, on).order_by("number")
    names = dict(valid.values_list("pk", "name"))
    if gone := counted - names.keys() - {None}:
        names |= dict(GridCell.objects.filter(pk__in=gone).values_list("pk", "name"))
    return names | ({None: "未划入网格"} if None in counted else {})


def communities_compared(tenants: dict[UUID, str], on: date, codes: Iterable[str]) -> dict:
    """The same table for communities side by side; figures only, nothing to open."""
    codes = list(codes)
    found = figures_by_tenant(tenants, on, codes)
    rows = [
        {"key": key, "name": name, "figures": list(found[key].values())}
        for key, name in tenants.items()
    ]
    bars = [{"label": row["name"], "value": row["figures"][0].value or 0} for row in rows]
    return {"heads": [indicator_named(code) for code in codes], "rows": rows, "bars": bars}
