"""What a list is: one declaration that page, fragment, export and API read.

An app declares its lists in ``lists.py`` and registers them when it is ready::

    register(ListSpec(name="residents", label="居民", model=Resident, …))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, Model, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from portal.core.access import Access
from portal.core.exports.neutral import neutral_sql

TEXT, NUMBER, DATE = "text", "number", "date"


@dataclass(frozen=True)
class Column:
    """A column. ``value`` is a path or an expression, or a function of the viewer that
    returns one; ``labels`` turn stored codes into words.

    Text is neutralised in exports unless it is ``trusted`` (made by the program). Without
    ``permission`` in the viewer's access the column does not exist. ``link`` is a url name
    and the path of the id it takes; ``look`` is how a cell shows: "", "plate" or "badge".
    """

    key: str
    label: str
    value: str | Combinable | Callable[[Any], Any] = ""
    labels: Mapping[str, str] | None = None
    shown: bool = True
    permission: str = ""
    trusted: bool = False
    kind: str = TEXT
    link: tuple[str, str] | None = None
    look: str = ""

    def stored(self, viewer):
        """What is selected for the page: the stored value, as path or expression."""
        if callable(self.value):
            return self.value(viewer)
        return self.value or self.key

    def written(self, viewer):
        """What is selected when the database writes the file: words, neutralised."""
        value = self.stored(viewer)
        if self.labels:
            return coded(value, self.labels)
        value = F(value) if isinstance(value, str) else value
        return neutral_sql(value) if self.is_neutralised else value

    @property
    def is_neutralised(self) -> bool:
        return self.kind == TEXT and self.labels is None and not self.trusted


def coded(path: str, labels: Mapping[str, str]) -> Case:
    """The words of stored codes, in SQL; an unknown code stays as it is."""
    cases = [When(**{path: code}, then=Value(word)) for code, word in labels.items()]
    return Case(*cases, default=Cast(path, CharField()), output_field=CharField())


@dataclass(frozen=True)
class Order:
    """An order that an index answers: ``path`` and then the id, both ways. The path may be a
    function of the viewer, as some may not learn the order of what they may not see."""

    key: str
    label: str
    path: str | Callable[[Any], str]
    descending: bool = False

    def path_for(self, viewer) -> str:
        return self.path(viewer) if callable(self.path) else self.path


@dataclass(frozen=True)
class Bulk:
    """Something done to chosen rows. ``run(by, row, **cleaned)`` calls one action for one row
    and raises a DomainError where the row refuses; ``form`` asks for what the action needs."""

    key: str
    label: str
    permission: str
    run: Callable
    form: type | None = None
    icon: str = "check"


class Withheld(NamedTuple):
    """Rows that are not shown, and the words that say so."""

    where: Q
    words: str


@dataclass(frozen=True)
class ListSpec:
    """A list. ``defaults`` are filters that hold until the address says otherwise;
    ``guarded`` names filters that need a permission; a ``personal`` list writes every export
    to the access log and needs ``export_permission`` for it; ``withheld`` says what the viewer
    is not shown of the rows behind a figure of another day than today."""

    name: str
    label: str
    unit: str
    icon: str
    model: type[Model]
    permission: str
    columns: tuple[Column, ...]
    filters: type
    orders: tuple[Order, ...]
    export_permission: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    guarded: Mapping[str, str] = field(default_factory=dict)
    more: frozenset[str] = frozenset()
    bulk: tuple[Bulk, ...] = ()
    create: tuple[str, str, str] | None = None  # label, url name, permission
    bring: tuple[str, str, str] | None = None  # likewise, many rows at once
    withheld: Callable[[Any], Withheld | None] | None = None
    hint: str = ""
    empty: str = ""  # how rows come into it, where nobody enters them by hand

    @property
    def may_export(self) -> str:
        return self.export_permission or self.permission

    def columns_for(self, access: Access, tenant) -> tuple[Column, ...]:
        """The columns that exist for this viewer."""
        return tuple(
            c for c in self.columns if not c.permission or access.can(c.permission, tenant)
        )

    def filters_for(self, access: Access, tenant) -> list[str]:
        """The names of the filters that exist for this viewer."""
        return [
            name
            for name in self.filters.base_filters
            if name not in self.guarded or access.can(self.guarded[name], tenant)
        ]

    def bulk_for(self, access: Access, tenant) -> list[Bulk]:
        return [b for b in self.bulk if access.can(b.permission, tenant)]


_lists: dict[str, ListSpec] = {}


def register(spec: ListSpec) -> ListSpec:
    """Make a list known under its name."""
    _lists[spec.name] = spec
    return spec


def list_named(name: str) -> ListSpec | None:
    return _lists.get(name)


def lists() -> Sequence[ListSpec]:
    return tuple(_lists.values())
