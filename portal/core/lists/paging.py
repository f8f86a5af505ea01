"""Pages by key: the place in a list is a row, not a number of rows to skip.

The address names the row by its id only (a sort value may be a person's name); its place
is looked up in the same statement. Row values are compared as one, so an index on the
order's columns answers any page in the time of the first.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, F, Func, QuerySet, Subquery, Value

FIRST, LAST = "first", "last"


class RowCompare(Func):
    """``(a, b) > (x, y)``; both databases use an index on (a, b) for it."""

    template = "(%(left)s) %(sign)s (%(right)s)"
    output_field = BooleanField()
    conditional = True

    def __init__(self, left, sign: str, right):
        super().__init__(*left, *right)
        self.width, self.sign = len(left), sign

    def as_sql(self, compiler, connection, **extra):
        parts, params = [], []
        for source in self.source_expressions:
            sql, values = compiler.compile(source)
            parts.append(sql)
            params.extend(values)
        left, right = ", ".join(parts[: self.width]), ", ".join(parts[self.width :])
        return f"({left}) {self.sign} ({right})", params


@dataclass(frozen=True)
class Place:
    """Where a page begins: after a row, before a row, or at either end."""

    row: UUID | None = None
    backward: bool = False

    @classmethod
    def of(cls, params) -> "Place":
        """Read ``after`` and ``before`` from an address; nonsense means the first page."""
        if params.get("before") == LAST:
            return cls(None, True)
        for name, backward in (("after", False), ("before", True)):
            try:
                return cls(UUID(params[name]), backward)
            except (KeyError, ValueError):
                continue
        return cls()

    @property
    def is_first(self) -> bool:
        return self.row is None and not self.backward


@dataclass(frozen=True)
class Page:
    """Rows in their order, and whether there are more on either side."""

    rows: list[tuple]
    has_previous: bool
    has_next: bool


def page_of(rows: QuerySet, path: str, descending: bool, place: Place, size: int) -> Page:
    """Fetch a page of a ``values_list`` query set, ordered by ``path`` and id."""
    down = descending != place.backward
    if place.row is not None:
        anchor = rows.model._base_manager.filter(pk=place.row).values(path)[:1]
        after = RowCompare(
            [F(path), F("pk")], "<" if down else ">", [Subquery(anchor), _key(rows, place.row)]
        )
        rows = rows.filter(after)
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{path}", f"{sign}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if place.backward:
        found.reverse()
        return Page(found, more, place.row is not None)
    return Page(found, place.row is not None, more)


def _key(rows, value: UUID) -> Value:
    return Value(value, output_field=rows.model._meta.pk)
