"""The formats of the REST interface: JSON, CSV, NDJSON, XLSX of the same rows."""

import csv
import io
from datetime import UTC, datetime

import orjson
import xlsxwriter
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from portal.core.exports.formats import CONTENT_TYPES
from portal.core.exports.neutral import neutral
from portal.core.exports.streams import BOM
from portal.core.exports.workbook import OPTIONS


class ByFormat(DefaultContentNegotiation):
    """``?format=`` first, then the Accept header; an unknown one is 406 like an unknown other."""

    def filter_renderers(self, renderers, format):
        chosen = [renderer for renderer in renderers if renderer.format == format]
        if not chosen:
            raise NotAcceptable
        return chosen


class JsonRenderer(BaseRenderer):
    media_type, format, charset = "application/json", "json", None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return b"" if data is None else orjson.dumps(data)


class RowsRenderer(BaseRenderer):
    """Formats that hold rows and nothing else: the next page is in the Link header, a deleted
    row has its id and ``deleted_at`` only."""

    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        rows = rows_of(data)
        names = dict.fromkeys(getattr(renderer_context["view"], "field_names", ()))
        return self.write(list(names | dict.fromkeys(n for row in rows for n in row)), rows)

    def write(self, names: list[str], rows: list[dict]) -> bytes:
        raise NotImplementedError


class CsvRenderer(RowsRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"

    def write(self, names, rows):
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(map(written, names))
        writer.writerows([written(row.get(name)) for name in names] for row in rows)
        return BOM + text.getvalue().encode()


class NdjsonRenderer(RowsRenderer):
    media_type, format = "application/x-ndjson", "ndjson"

    def write(self, names, rows):
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


class XlsxRenderer(RowsRenderer):
    media_type, format = CONTENT_TYPES["xlsx"], "xlsx"

    def write(self, names, rows):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {**OPTIONS, "in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, [written(n) for n in names], book.add_format({"bold": True}))
            for number, row in enumerate(rows, 1):
                for place, name in enumerate(names):
                    value = written(row.get(name))
                    if isinstance(value, str):
                        sheet.write_string(number, place, value)
                    else:
                        sheet.write_number(number, place, value)
        return file.getvalue()


FORMATS = {
    renderer.format: renderer
    for renderer in (JsonRenderer, CsvRenderer, NdjsonRenderer, XlsxRenderer)
}


def rows_of(data) -> list[dict]:
    """The rows of an answer: a page's, a list's, a mapping's under their codes, or one row."""
    if isinstance(data, list):
        return data
    if "results" in data:
        return [*data["results"], *data.get("deleted", ())]
    if data and all(isinstance(value, dict) for value in data.values()):
        return [{"code": code, **value} for code, value in data.items()]
    return [data]


def written(value):
    """A value as a cell holds it: numbers stay numbers, text is neutralised."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return neutral(_text(value))
    return value


def _text(value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    return str(value)
