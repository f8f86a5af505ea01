"""CSV and NDJSON as streams of large chunks, in constant memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

import orjson
from django.db import connections

from portal.core.exports.table import blocks, finished_sql, heading
from portal.core.lists.query import ListQuery

CHUNK = 64 * 1024  # a chunk a row costs the server more than making the row
BOM = b"\xef\xbb\xbf"  # without it Excel takes the file for the local code page


def csv_stream(query: ListQuery) -> Iterator[bytes]:
    """CSV by the database's own COPY where there is one."""
    if connections[query.rows.db].vendor == "postgresql":
        lines = chain([_csv_lines([heading(query)], "\n")], _copied(query))
    else:
        lines = map(_csv_lines, chain([[heading(query)]], blocks(query)))
    yield from chunked(chain([BOM], lines))


def ndjson_stream(query: ListQuery) -> Iterator[bytes]:
    """One JSON object a line, under the keys of the columns."""
    keys = [column.key for column in query.columns]
    for block in blocks(query):
        lines = [orjson.dumps(dict(zip(keys, row, strict=True))) for row in block]
        yield b"\n".join(lines) + b"\n"


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about 64 KiB."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def _copied(query: ListQuery) -> Iterator[bytes]:
    sql, params = finished_sql(query)
    copying = f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)"
    with connections[query.rows.db].cursor() as cursor, cursor.copy(copying, params) as copy:
        yield from copy


def _csv_lines(rows, end: str = "\r\n") -> bytes:
    """Rows as CSV. With CR in ``end`` the writer quotes a CR inside a cell as well."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode()
