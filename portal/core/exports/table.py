"""The rows of an export: as SQL that writes finished text, or as Python blocks.

Both say the same: words for codes, neutral text, nothing for what is not known.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from portal.core.exports.neutral import neutral
from portal.core.lists.query import ListQuery
from portal.core.lists.spec import Column

BLOCK = 500


def heading(query: ListQuery) -> list[str]:
    return [column.label for column in query.columns]


def finished_sql(query: ListQuery) -> tuple[str, tuple]:
    """A statement whose rows need no further work."""
    written = [column.written(query.viewer) for column in query.columns]
    return query.ordered().values_list(*written).query.sql_with_params()


def blocks(query: ListQuery) -> Iterator[list[tuple]]:
    """Finished rows, some hundred at a time; the database keeps the rest."""
    rows = query.ordered().values_list(*query.selected).iterator(chunk_size=BLOCK)
    finishers = [_finisher(column) for column in query.columns]
    while block := list(islice(rows, BLOCK)):
        columns = zip(*block, strict=True)
        yield list(zip(*map(_finished, finishers, columns), strict=True))


def _finisher(column: Column) -> Callable | None:
    if column.labels is not None:
        return lambda code: column.labels.get(code, code)
    return neutral if column.is_neutralised else None


def _finished(finisher: Callable | None, values: tuple):
    return values if finisher is None else map(finisher, values)
