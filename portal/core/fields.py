"""Column types and look-ups that behave the same on SQLite and PostgreSQL."""

from django.db import models
from django.db.models.functions import Length

LAST_CHARACTER = "\U0010ffff"


class ByteOrderedCharField(models.CharField):
    """Text compared by its bytes on both databases, so that prefix ranges use the index.

    PostgreSQL needs collation "C" on the column itself: with another one the planner
    cannot use the index for a range. SQLite's default is byte order already.
    """

    def db_parameters(self, connection):
        params = super().db_parameters(connection)
        params["collation"] = "C" if connection.vendor == "postgresql" else None
        return params


models.CharField.register_lookup(Length)


class Literal(models.Value):
    """A constant written into the statement itself.

    SQLite uses an index on an expression, or on a part of the rows, only for a statement
    that repeats the constants of the index; a bound parameter is none.
    """

    def as_sql(self, compiler, connection):
        if isinstance(self.value, int):
            return str(self.value), []
        return "'{}'".format(self.value.replace("'", "''").replace("%", "%%")), []


@models.Field.register_lookup
class Prefix(models.Lookup):
    """``name__prefix="王"`` as a half-open range.

    ``startswith`` becomes ``LIKE … ESCAPE`` on SQLite, which scans the table.
    """

    lookup_name = "prefix"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        start = str(self.rhs)
        return (
            f"({left} >= %s AND {left} < %s)",
            [*left_params, start, *left_params, start + LAST_CHARACTER],
        )
