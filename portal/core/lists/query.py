"""What an address asks of a list, and what the viewer may have of it.

``ListQuery`` is made from the address alone, so a page, its fragment, a saved view, an
export and a job that runs an hour later all mean the same rows and columns.
"""

from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from portal.core.access import access_of
from portal.core.errors import DomainError, OutOfScope
from portal.core.indicators import indicator_named, rows_for
from portal.core.lists.filters import TextFilter, narrowed
from portal.core.lists.paging import Page, Place, page_of, page_rows
from portal.core.lists.spec import Column, ListSpec, Order, Withheld
from portal.core.lists.statements import ANCHOR, compiled, kept

PAGE_SIZE = 50
PLACE_KEYS = ("after", "before")
ALL = "all"


class Base(NamedTuple):
    """The rows behind a figure, which a list may be narrowed to."""

    name: str
    rows: QuerySet


class ListQuery:
    """One list, as one person asks for it in one tenant."""

    def __init__(self, spec: ListSpec, viewer, tenant, params: QueryDict):
        self.spec, self.viewer, self.tenant = spec, viewer, tenant
        self.access = access_of(viewer)
        self.params = params

    # --- What was asked for

    @cached_property
    def available(self) -> tuple[Column, ...]:
        return self.spec.columns_for(self.access, self.tenant)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The chosen columns in the list's order; the first one always stands."""
        chosen = set(self.params.getlist("c"))
        if not chosen.intersection(c.key for c in self.available):
            return tuple(c for c in self.available if c.shown)
        return tuple(c for n, c in enumerate(self.available) if n == 0 or c.key in chosen)

    @cached_property
    def order(self) -> tuple[Order, bool]:
        """The order and whether it runs downwards."""
        asked = self.params.get("sort", "")
        for order in self.spec.orders:
            if asked.removeprefix("-") == order.key:
                return order, asked.startswith("-")
        return self.spec.orders[0], self.spec.orders[0].descending

    @cached_property
    def allowed(self) -> list[str]:
        """The filters that exist for this viewer."""
        return self.spec.filters_for(self.access, self.tenant)

    @cached_property
    def values(self) -> dict[str, str]:
        """The filters in force: those of the address, else the list's own."""
        own = {} if self.base else self.spec.defaults
        asked = {n: self.params[n].strip() for n in self.allowed if n in self.params}
        return {n: v for n, v in {**own, **asked}.items() if v and v != ALL}

    @cached_property
    def filters(self):
        kind = narrowed(self.spec.filters, frozenset(self.values))
        return kind(self.values, self.everything, viewer=self.viewer, tenant=self.tenant)

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """Messages by filter name; a list with errors has no rows."""
        return kept(self.key and (*self.key, "errors"), lambda: dict(self.filters.errors))

    @cached_property
    def base(self) -> Base | None:
        """The figure whose rows are asked for. Raises NotAllowed, OutOfScope."""
        code = self.params.get("figure")
        if not code:
            return None
        try:
            figure = indicator_named(code)
        except KeyError as error:
            raise OutOfScope from error
        rows = rows_for(self.viewer, code, self.tenant, self.on, self.params.get("part", ""))
        if rows.model is not self.spec.model:
            raise OutOfScope
        withheld = self.withheld
        if withheld is None:
            return Base(figure.name, rows)
        return Base(f"{figure.name}（{withheld.words}）", rows.exclude(withheld.where))

    @property
    def withheld(self) -> Withheld | None:
        """What the viewer is not shown of the figure's rows on that day."""
        is_today = self.on == timezone.localdate()
        return None if is_today or self.spec.withheld is None else self.spec.withheld(self.viewer)

    @cached_property
    def on(self) -> date:
        try:
            return date.fromisoformat(self.params.get("on", ""))
        except ValueError:
            return timezone.localdate()

    # --- Rows

    @cached_property
    def everything(self) -> QuerySet:
        """All rows of the list within the viewer's reach in this tenant."""
        model = self.spec.model
        rows = model.objects.visible_to(self.viewer, self.spec.permission)
        rows = rows.filter(**{model.scope_paths.tenant: self.tenant})
        return rows.filter(pk__in=self.base.rows.values("pk")) if self.base else rows

    @cached_property
    def rows(self) -> QuerySet:
        """The filtered rows, without order; none while a filter is wrong."""
        return self.everything.none() if self.errors else self.filters.qs

    def page(self) -> Page:
        """One page of (id, column values …, link ids …), as the driver gives them."""
        size = PAGE_SIZE
        place = Place.of(self.params)
        shape = replace(place, row=place.row and ANCHOR)
        order, descending = self.order

        def build():
            rows = self.rows.values_list("pk", *self.selected, *self.link_paths)
            path = order.path_for(self.viewer)
            return compiled(page_rows(rows, path, descending, shape, size))

        statement = kept(self.key and (*self.key, "page", shape, size), build)
        return page_of(statement.rows(place.row), place, size)

    @cached_property
    def key(self) -> tuple | None:
        """All that the statements of this question depend on; None when they are not worth
        keeping, because somebody typed the words or a figure chose the rows."""
        filters = self.spec.filters.base_filters
        if self.base or any(isinstance(filters[name], TextFilter) for name in self.values):
            return None
        what = (tuple(self.values.items()), tuple(c.key for c in self.columns), self.order)
        return (*self.whose, what)

    @property
    def whose(self) -> tuple:
        """The list within the viewer's reach today."""
        access = self.access
        who = (self.viewer.pk, access.grants, access.everywhere, access.total)
        return (self.spec.name, self.tenant, timezone.localdate(), who)

    @property
    def selected(self) -> list:
        return [column.stored(self.viewer) for column in self.columns]

    @property
    def link_paths(self) -> list[str]:
        """Paths of the ids that links need besides the row's own."""
        paths = [c.link[1] for c in self.columns if c.link and c.link[1] != "pk"]
        return list(dict.fromkeys(paths))

    def ordered(self) -> QuerySet:
        """All rows in the chosen order, for exports; raises DomainError while a filter is wrong."""
        if self.errors:
            raise DomainError("筛选条件有误，请先改正。")
        order, descending = self.order
        sign = "-" if descending else ""
        return self.rows.order_by(f"{sign}{order.path_for(self.viewer)}", f"{sign}pk")

    # --- Addresses

    def is_asked(self, name: str) -> bool:
        """Whether the address itself names this filter."""
        return bool(self.params.get(name)) and name in self.allowed

    @property
    def error_text(self) -> str:
        """Which filters are wrong, in words."""
        labels = self.spec.filters.base_filters
        return "；".join(f"{labels[name].label}：{texts[0]}" for name, texts in self.errors.items())

    def tidy_address(self) -> str:
        """The same question without the fields that were left empty."""
        return urlencode([pair for pair in self.pairs if pair[1]])

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The address as pairs, without the place of the page."""
        lists = self.params.lists()
        return [(name, v) for name, values in lists if name not in PLACE_KEYS for v in values]

    def address(self, **changes: str | None) -> str:
        """The same question with some parameters changed (None drops one), from its first page."""
        kept_pairs = [pair for pair in self.pairs if pair[0] not in changes]
        return urlencode(kept_pairs + [pair for pair in changes.items() if pair[1] is not None])
