"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, in the caller's transaction.

Values are what the model's fields hold (UUID, date, str, bytes, None, int, list …), columns
are attribute names (``community_id``). Rows stream: memory stays at one block of rows.
Nothing here checks, scopes or logs; the action around it does.
"""

import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, router, transaction
from django.utils import timezone

BLOCK = 2_000
FRESH = "bulk_fresh"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_NULL = r"\N"


def bulk_insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple]) -> int:
    """Insert tuples of ``columns``; every other column takes its field's default, one value
    for all rows (so ``created_at`` is one moment). Returns the number of rows.

    On PostgreSQL ``rows`` must not query while it is read: the connection is busy.
    """
    connection = connections[router.db_for_write(model)]
    fields = _fields(model, columns)
    if model._meta.pk not in fields:
        raise TypeError(f"{model.__name__}: the rows must bring their key")
    rest = [field for field in model._meta.concrete_fields if field not in fields]
    constants = [field.get_default() for field in rest]
    return _insert(connection, model._meta.db_table, [*fields, *rest], rows, constants)


def bulk_update(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple],
                key: str = "id", by=None) -> int:  # fmt: skip
    """Set ``columns`` in the rows whose ``key`` is the first value of each tuple.

    A row with a version gets the next one, ``changed_at`` this moment and ``changed_by`` the
    user ``by``, unless ``columns`` name them. Returns the number of rows changed.
    """
    connection = connections[router.db_for_write(model)]
    fields = _fields(model, [key, *columns])
    table = connection.ops.quote_name(model._meta.db_table)
    fresh = connection.ops.quote_name(FRESH)
    names = [connection.ops.quote_name(field.column) for field in fields]
    marks, values = _stamp(model, columns, by, connection)
    assignments = ", ".join([f"{name} = fresh.{name}" for name in names[1:]] + marks)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {fresh} AS "  # noqa: S608 - names of our own tables
            f"SELECT {', '.join(names)} FROM {table} WHERE 0 = 1"
        )
        _insert(connection, FRESH, fields, rows)
        cursor.execute(f"ANALYZE {fresh}")
        cursor.execute(
            f"UPDATE {table} SET {assignments} FROM {fresh} AS fresh "  # noqa: S608
            f"WHERE {table}.{names[0]} = fresh.{names[0]}",
            values,
        )
        changed = cursor.rowcount
        cursor.execute(f"DROP TABLE {fresh}")
    return changed


def statistics_refresh(models: Iterable[type[models.Model]]) -> None:
    """Tell the planner what the tables hold now: it planned for what they held before."""
    for model in models:
        connection = connections[router.db_for_write(model)]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA analysis_limit = 1000")  # a sample, as PostgreSQL takes one
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _fields(model, columns) -> list[models.Field]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in columns]


def _stamp(model, columns, by, connection) -> tuple[list[str], list]:
    """What marks a changed row, as SQL and its values."""
    known = {field.attname: field for field in model._meta.concrete_fields}
    marks, values = [], []
    if "version" in known and "version" not in columns:
        marks.append("version = version + 1")
    for name, value in (("changed_at", timezone.now()), ("changed_by_id", getattr(by, "pk", None))):
        if name in known and name not in columns:
            marks.append(f"{name} = %s")
            values.append(known[name].get_db_prep_save(value, connection))
    return marks, values


def _insert(connection, table: str, fields, rows, constants=()) -> int:
    """Rows in blocks, each turned column by column: several times faster than by value."""
    given = fields[: len(fields) - len(constants)]
    is_postgres = connection.vendor == "postgresql"
    writer = _copy_writer if is_postgres else _sqlite_writer
    writers = [writer(field, connection) for field in given]
    fixed = [
        writer(field, connection)([value])[0]
        for field, value in zip(fields[len(given) :], constants, strict=True)
    ]
    blocks = (
        list(zip(*(w(c) for w, c in zip(writers, zip(*block, strict=True), strict=True)),
                 *map(repeat, fixed), strict=False))
        for block in _blocks(rows)
    )  # fmt: skip
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    into = f"{connection.ops.quote_name(table)} ({names})"
    with connection.cursor() as cursor, uncollected():
        return (_copy if is_postgres else _executemany)(cursor, into, len(fields), blocks)


@contextmanager
def uncollected() -> Iterator[None]:
    """While many rows are made: they hold no circles, and Python's collector would walk all of
    them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _blocks(rows: Iterable[tuple]) -> Iterator[list[tuple]]:
    rows = iter(rows)
    while block := list(islice(rows, BLOCK)):
        yield block


def _copy(cursor, into: str, width: int, blocks) -> int:
    total = 0
    # Django wraps the driver's errors for execute() only.
    with cursor.db.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for block in blocks:
            copy.write("\n".join(map("\t".join, block)) + "\n")
            total += len(block)
    return total


def _executemany(cursor, into: str, width: int, blocks) -> int:
    total = 0
    marks = ", ".join(["%s"] * width)
    for block in blocks:
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", block)  # noqa: S608
        total += len(block)
    return total


def _copy_writer(field, connection) -> Callable[[Sequence], Sequence]:
    """A function from a column of values to a column of COPY texts."""
    kind = _kind(field, connection)
    if kind == "UUIDField":
        return lambda values: _ids(values, _NULL)
    write = _COPY_TEXT.get(kind, _escaped)

    def column(values):
        if None not in values:
            return write(values)
        written = iter(write([value for value in values if value is not None]))
        return [_NULL if value is None else next(written) for value in values]

    return column


def _sqlite_writer(field, connection) -> Callable[[Sequence], Sequence]:
    kind = _kind(field, connection)
    if kind in ("CharField", "TextField", "BinaryField", "IntegerField"):
        return lambda values: values
    if kind == "UUIDField":
        return lambda values: _ids(values, None)
    if kind == "DateField":
        return lambda values: [value and value.isoformat() for value in values]
    return lambda values: [field.get_db_prep_save(value, connection) for value in values]


def _kind(field, connection) -> str:
    field = getattr(field, "target_field", field)
    kind = field.get_internal_type()
    return "IntegerField" if "Integer" in kind else kind


def _ids(values: Sequence[UUID | None], null) -> list[str]:
    """Ids as 32 digits. Neighbours often share a parent, whose text is then made once."""
    texts, last, text = [], None, null
    for value in values:
        if value is not last:
            last, text = value, null if value is None else value.hex
        texts.append(text)
    return texts


def _escaped(values: Sequence[str]) -> Sequence[str]:
    """Text of a COPY; most columns hold nothing to escape, seen in one search."""
    if _SPECIAL.search("".join(values)):
        return [value.translate(_ESCAPES) for value in values]
    return values


def _json(values: Sequence) -> list[str]:
    return _escaped([json.dumps(v, cls=DjangoJSONEncoder, ensure_ascii=False) for v in values])


_COPY_TEXT: dict[str, Callable[[Sequence], Sequence[str]]] = {
    "IntegerField": lambda values: [str(value) for value in values],
    "BooleanField": lambda values: ["t" if value else "f" for value in values],
    "DateField": lambda values: [value.isoformat() for value in values],
    "DateTimeField": lambda values: [value.isoformat() for value in values],
    "BinaryField": lambda values: ["\\\\x" + bytes(value).hex() for value in values],
    "JSONField": _json,
}
