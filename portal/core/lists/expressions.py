"""Expressions that columns of lists are made of."""

from django.db.models import CharField, Count, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, Left, TruncMinute

SEPARATOR = "、"


class JoinedText(Subquery):
    """The only column of the sub-query's rows as one text, "" when there are none.

    Django 5.2 has such an aggregate for PostgreSQL only.
    """

    output_field = CharField()

    def as_sql(self, compiler, connection, template=None, **extra):
        column = connection.ops.quote_name(next(iter(self.query.annotation_select)))
        if connection.vendor == "postgresql":
            joined = f"string_agg(part.{column}, '{SEPARATOR}')"
        else:
            joined = f"group_concat(part.{column}, '{SEPARATOR}')"
        template = f"(SELECT COALESCE({joined}, '') FROM (%(subquery)s) part)"  # noqa: S608
        return super().as_sql(compiler, connection, template, **extra)


def rows_behind(model, path: str, **lookups):
    """The rows of ``model`` that lead to the listed row by ``path``. The listed row is in the
    viewer's reach already; what else a class of data needs, the caller leaves out."""
    return model._default_manager.filter(**{path: OuterRef("pk")}, **lookups)


def count_of(model, path: str, **lookups):
    """How many rows of ``model`` lead to the row by ``path``; a column's value."""

    def value(viewer=None):
        rows = rows_behind(model, path, **lookups).order_by().values(path)
        return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)

    return value


def minute_of(path: str):
    """A moment as 2026-11-22 19:05 in local time."""
    return Left(Cast(TruncMinute(path), CharField()), 16)
