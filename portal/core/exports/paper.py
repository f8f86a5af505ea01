"""A list on paper: the rows with their masks, logged like an export before they are shown."""

import django_filters

from portal.core.exports.export import list_look_record
from portal.core.lists import ListQuery, cells
from portal.core.lists.facts import facts
from portal.core.lists.filters import FlagFilter, OptionFilter
from portal.core.lists.statements import compiled

MOST = 2_000  # rows of one print; whoever needs more exports a file
ACTION = "list_print"


def paper_context(query: ListQuery) -> dict:
    """What the print page shows: the whole list up to ``MOST`` rows; without the permission
    to export, the page of the list that the address names. Raises DomainError while a filter
    is wrong."""
    whole = query.access.can(query.spec.may_export, query.tenant)
    chosen = query.ordered().values_list("pk", *query.selected, *query.link_paths)
    found = compiled(chosen[: MOST + 1]).rows() if whole else query.page().rows
    rows, told = found[:MOST], facts(query)  # a large list is not counted to its end
    list_look_record(query, ACTION, "打印", len(rows))
    return {
        "spec": query.spec,
        "columns": query.columns,
        "body": cells.body(query, rows, picking=False),
        "count": len(rows),
        "facts": told,
        "is_part": len(found) > MOST or len(rows) < told.count,
        "whole": whole,
        "most": MOST,
        "conditions": conditions(query, told.options),
        "address": query.address(),
    }


def conditions(query: ListQuery, options: dict) -> list[str]:
    """The filters in force, in words."""
    found = [query.base.name] if query.base else []
    for name, value in query.values.items():
        kind = query.spec.filters.base_filters[name]
        words = {}
        if isinstance(kind, OptionFilter):
            words = dict(options.get(name, ()))
        elif isinstance(kind, django_filters.ChoiceFilter):
            words = dict(kind.extra.get("choices") or ())
        is_flag = isinstance(kind, FlagFilter)
        found.append(kind.label if is_flag else f"{kind.label}：{words.get(value, value)}")
    return found
