"""Filters of lists: django-filter's, with what a list needs besides.

A page names few of a list's filters, so only those are built (``narrowed``): making all
form fields for every page costs more than the page's rows.
"""

from collections.abc import Callable
from functools import lru_cache

import django_filters
from django import forms
from django_filters import FilterSet


class ListFilters(FilterSet):
    """Base of a list's filters; ``viewer`` and ``tenant`` are at hand for methods."""

    def __init__(self, data, queryset, *, viewer=None, tenant=None):
        self.viewer, self.tenant = viewer, tenant
        super().__init__(data, queryset)


class OptionFilter(django_filters.UUIDFilter):
    """A choice among rows: ``options(viewer, tenant)`` is a query set, ``word`` the path of a
    row's name. The page fetches them together with its other facts."""

    def __init__(self, *args, options: Callable, word: str = "name", **kwargs):
        super().__init__(*args, **kwargs)
        self.options, self.word = options, word


class TextFilter(django_filters.CharFilter):
    """Free text; ``placeholder`` shows what may be typed."""

    def __init__(self, *args, placeholder: str = "", **kwargs):
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)
        self.placeholder = placeholder


class WholeNumberFilter(django_filters.NumberFilter):
    """A number without a fraction, from 0 to ``top``."""

    field_class = forms.IntegerField

    def __init__(self, *args, top: int = 130, **kwargs):
        super().__init__(*args, min_value=0, max_value=top, **kwargs)

    def get_max_validator(self):
        return None


class FlagFilter(django_filters.ChoiceFilter):
    """Yes or nothing: a box to tick."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choices=[("1", "是")], **kwargs)


@lru_cache(maxsize=512)
def narrowed(filters: type[ListFilters], names: frozenset[str]) -> type[ListFilters]:
    """The same filters, only those named."""
    few = type(filters.__name__, (filters,), {})
    few.base_filters = {k: f for k, f in filters.base_filters.items() if k in names}
    return few
