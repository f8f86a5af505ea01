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


def page_rows(rows: QuerySet, path: str, descending: bool, place: Place, size: int) -> QuerySet:
    """The rows of a page in the order they are fetched, and one more to know if there are any."""
    down = descending != place.backward
    if place.row is not None:
        anchor = rows.model._base_manager.filter(pk=place.row).values(path)[:1]
        key = Value(place.row, output_field=rows.model._meta.pk)
        sign = "<" if down else ">"
        rows = rows.filter(RowCompare([F(path), F("pk")], sign, [Subquery(anchor), key]))
    sign = "-" if down else ""
    return rows.order_by(f"{sign}{path}", f"{sign}pk")[: size + 1]


def page_of(fetched: list[tuple], place: Place, size: int) -> Page:
    """What was fetched, in the order of the list."""
    more, rows = len(fetched) > size, fetched[:size]
    if place.backward:
        return Page(rows[::-1], more, place.row is not None)
    return Page(rows, place.row is not None, more)
