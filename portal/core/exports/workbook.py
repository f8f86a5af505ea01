"""Lists as .xlsx, written row by row into a file."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter

from portal.core.exports.table import blocks, heading
from portal.core.lists.query import ListQuery
from portal.core.lists.spec import DATE, NUMBER

# A cell is what its column says: nothing is guessed from the text, no formula, no link.
OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}
WIDTHS = {NUMBER: 9, DATE: 12}
LAST_ROW = 1_048_575


def workbook_write(query: ListQuery, path: Path, progress: Callable | None = None, total: int = 0):
    """Write the list into ``path``, with a heading that stays and repeats on paper.

    ``progress(done, total, text)`` is told after each block.
    """
    book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)})
    with book:
        sheet = book.add_worksheet(query.spec.label)
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E3F0F1"})
        for place, column in enumerate(query.columns):
            sheet.set_column(place, place, WIDTHS.get(column.kind, 18))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_row(0, 0, heading(query), bold)
        done = 0
        for block in blocks(query):
            for row in block:
                done += 1
                _row_write(sheet, done, row)
            if progress:
                progress(done, total, f"已写入 {done:,} {query.spec.unit}")
        sheet.autofilter(0, 0, done, len(query.columns) - 1)


def _row_write(sheet, number: int, row: tuple) -> None:
    for place, value in enumerate(row):
        if isinstance(value, str):
            if value:
                sheet.write_string(number, place, value)
        elif isinstance(value, date):
            sheet.write_datetime(number, place, value)
        elif value is not None:
            sheet.write_number(number, place, value)
