"""The SQL of list pages, compiled once.

Building and compiling the query set of a page takes several times as long as the database
needs for its rows. The statement depends on the list, the reach of the viewer, the day and
the address alone, so it is kept under exactly these; only the row that a page begins at is
put in anew. Columns and filters must therefore leave all reading of tables to the statement.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

MOST = 1_000
ANCHOR = UUID(int=1)  # stands in a kept statement for the row that the page begins at
_kept: dict[tuple, Any] = {}


class Statement(NamedTuple):
    """SQL with its parameters; ``sql`` is empty when there can be no rows."""

    using: str
    sql: str
    params: tuple

    def rows(self, row: UUID | None = None) -> list[tuple]:
        """Execute; values come as the driver gives them."""
        if not self.sql:
            return []
        anchor, wanted = _stored(self.using, ANCHOR), row and _stored(self.using, row)
        params = [wanted if value == anchor else value for value in self.params]
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.sql, params)
            return cursor.fetchall()


def compiled(rows: QuerySet) -> Statement:
    """The statement of a query set."""
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return Statement(rows.db, "", ())
    return Statement(rows.db, sql, tuple(params))


def kept(key: tuple | None, build: Callable[[], Any]) -> Any:
    """What is kept under ``key``, built when it is not there; the key None keeps nothing."""
    if key is None:
        return build()
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST:
            _kept.clear()
        found = _kept[key] = build()
    return found


def known(key: tuple) -> Any:
    """What is kept under ``key``, or None."""
    return _kept.get(key)


def joined(parts: list[tuple[str, Statement]]) -> Statement:
    """One statement for several: each row has the name of its part in front."""
    parts = [(name, part) for name, part in parts if part.sql]
    members = [f"SELECT '{name}', part.* FROM ({part.sql}) part" for name, part in parts]  # noqa: S608
    params = tuple(value for _, part in parts for value in part.params)
    return Statement(parts[0][1].using if parts else "", " UNION ALL ".join(members), params)


def _stored(using: str, value: UUID):
    return value if connections[using].features.has_native_uuid_field else value.hex
