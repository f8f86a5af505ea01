"""The filter controls of a list as HTML; what does not change is made once."""

from functools import lru_cache
from html import escape
from typing import NamedTuple

import django_filters
from django.utils.safestring import SafeString, mark_safe

from portal.core.lists.filters import FlagFilter, OptionFilter, WholeNumberFilter
from portal.core.lists.query import ALL, ListQuery

Options = dict[str, list[tuple[str, str]]]


class Filters(NamedTuple):
    """The filter form's fields: always shown, and folded away until they are asked for."""

    main: SafeString
    more: SafeString
    more_open: bool


def filters(query: ListQuery, options: Options) -> Filters:
    """The fields of the filters that exist for the viewer."""
    main, more, is_open = [], [], False
    for name in query.allowed:
        kind, value = query.spec.filters.base_filters[name], query.values.get(name, "")
        choices = options.get(name, ()) if isinstance(kind, OptionFilter) else _choices(kind)
        default = name in query.spec.defaults and query.base is None
        error = query.errors[name][0] if name in query.errors else ""
        field = _field(name, kind, tuple(choices), value, error, default)
        if name in query.spec.more:
            is_open = is_open or query.is_asked(name)
            more.append(field)
        else:
            main.append(field)
    return Filters(_safe(main), _safe(more), is_open)


def sorts(query: ListQuery) -> SafeString:
    """The options of the select for the order."""
    return _safe(_sorts(query.spec.orders, query.order))


def column_boxes(query: ListQuery) -> SafeString:
    """A box for each column; the first column always stands."""
    chosen = frozenset(column.key for column in query.columns)
    return _safe(_boxes(tuple((c.key, c.label) for c in query.available), chosen))


def _safe(parts) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - every value below is escaped


@lru_cache(maxsize=4096)
def _field(name, kind, choices, value, error, default) -> str:
    """One filter with its label; with a ``default`` of the list "all" is a choice of its own."""
    wide = ' class="filters-q"' if name == "q" else ""
    told = f'<span class="errorlist" id="f-{name}-error">{escape(error)}</span>' if error else ""
    control = _control(name, kind, choices, value, error, default)
    return f'<div{wide}><label for="f-{name}">{escape(kind.label)}</label>{control}{told}</div>'


def _control(name, kind, choices, value, error, default) -> str:
    head = f'id="f-{name}" name="{name}"'
    if error:
        head += f' aria-invalid="true" aria-describedby="f-{name}-error"'
    if isinstance(kind, FlagFilter):
        return f'<input type="checkbox" {head} value="1"{" checked" if value else ""}>'
    if isinstance(kind, (OptionFilter, django_filters.ChoiceFilter)):
        return f'<select class="form-select" {head}>{_options(choices, value, default)}</select>'
    if isinstance(kind, WholeNumberFilter):
        rest = f'type="number" min="0" max="{kind.extra["max_value"]}" inputmode="numeric"'
    else:
        rest = (
            f'type="search" maxlength="{kind.extra["max_length"]}" autocomplete="off" '
            f'placeholder="{escape(kind.placeholder)}"'
        )
    return f'<input class="form-control" {head} {rest} value="{escape(value)}">'


def _options(choices, value: str, default: bool) -> str:
    return "".join(
        f'<option value="{escape(key)}"{" selected" * (key == value)}>{escape(word)}</option>'
        for key, word in [(ALL if default else "", "全部"), *choices]
    )


def _choices(kind) -> tuple[tuple[str, str], ...]:
    choices = kind.extra.get("choices") or ()
    return tuple((str(k), str(w)) for k, w in (choices() if callable(choices) else choices))


@lru_cache(maxsize=256)
def _sorts(orders, now) -> tuple[str, ...]:
    return tuple(
        f'<option value="{sign}{order.key}"{" selected" * ((order, bool(sign)) == now)}>'
        f"{escape(order.label)}{word}</option>"
        for order in orders
        for sign, word in (("", "（升序）"), ("-", "（降序）"))
    )


@lru_cache(maxsize=1024)
def _boxes(columns, chosen: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        f'<label class="check"><input type="checkbox" name="c" value="{escape(key)}"'
        f"{' checked' * (key in chosen)}{' disabled' * (place == 0)}>{escape(label)}</label>"
        for place, (key, label) in enumerate(columns)
    )
