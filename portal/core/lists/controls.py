"""The filter controls of a list as HTML; what does not change is made once."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

import django_filters
from django.utils.safestring import SafeString, mark_safe

from portal.core.lists.filters import FlagFilter, OptionFilter, WholeNumberFilter
from portal.core.lists.query import ALL, ListQuery

Options = dict[str, list[tuple[str, str]]]


class Control(NamedTuple):
    """A filter with its label; ``text`` is the chosen value in words, for its chip."""

    name: str
    label: str
    html: SafeString
    text: str
    more: bool
    errors: Sequence[str]


def controls(query: ListQuery, options: Options) -> list[Control]:
    """The controls of the filters that exist for the viewer."""
    made = []
    for name in query.allowed:
        kind, value = query.spec.filters.base_filters[name], query.values.get(name, "")
        choices = options.get(name, ()) if isinstance(kind, OptionFilter) else _choices(kind)
        error = bool(query.errors.get(name)) if query.errors else False
        default = name in query.spec.defaults and query.base is None
        html = control(name, kind, tuple(choices), value, error, default)
        text = dict(choices).get(value, value) if value else ""
        made.append(Control(name, kind.label, html, text, name in query.spec.more,
                            query.errors.get(name, ()) if error else ()))  # fmt: skip
    return made


def control(name, kind, choices, value, error, default) -> SafeString:
    """One control; a list with a ``default`` for it offers "all" as a choice of its own."""
    return mark_safe(_control(name, kind, choices, value, error, default))  # noqa: S308


@lru_cache(maxsize=4096)
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
    return tuple((str(k), str(w)) for k, w in kind.extra.get("choices") or ())
