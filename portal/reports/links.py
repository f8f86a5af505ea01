"""From a figure to the rows behind it, for whoever may open them."""

from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from portal.core.access import access_of
from portal.core.indicators import Figure, Indicator


def rows_url(viewer, tenant: UUID, known: Indicator, on: date, part: str = "") -> str:
    """The list of the figure's rows, "" for somebody who may not open them.

    ``part`` narrows to one part: its id, or "none" for rows without one.
    """
    if not access_of(viewer).can(known.permission, tenant):
        return ""
    asked = {"figure": known.code, "on": on.isoformat()} | ({"part": part} if part else {})
    return f"{reverse('core:list', args=[known.opens])}?{urlencode(asked)}"


def tile(viewer, tenant: UUID, on: date, figure: Figure) -> dict:
    """A figure as the pages show it."""
    known = figure.indicator
    return {
        "code": known.code, "label": known.name, "unit": known.unit, "value": figure.value,
        "definition": known.definition, "url": rows_url(viewer, tenant, known, on),
    }  # fmt: skip


def part_tile(viewer, tenant: UUID, on: date, figure: Figure, part: UUID | None) -> dict:
    """A figure of one part."""
    known, key = figure.indicator, "none" if part is None else str(part)
    nobody = None if known.share_of else 0
    return {
        "label": known.name, "unit": known.unit, "value": figure.parts.get(part, nobody),
        "url": rows_url(viewer, tenant, known, on, key),
    }  # fmt: skip
