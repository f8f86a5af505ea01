"""Workbooks for the tests: made in memory, or the small ones committed beside this file.

Everybody in them is invented; division code 150399 was never given out.
"""

import datetime as dt
import io
from pathlib import Path

import xlsxwriter

FOLDER = Path(__file__).parent
HEADINGS = ["住址", "姓名", "性别", "身份证号", "电话", "与户主关系"]


def workbook(*sheets, formulas=(), hidden=()) -> bytes:
    """Bytes of an .xlsx; a sheet is (name, rows) or (name, rows, merged ranges).

    A range is (first row, first column, last row, last column), counted from 0. Dates become
    real date cells; ``formulas`` are (row, column, text) of the first sheet, ``hidden`` its
    hidden rows.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, (name, rows, *merged) in enumerate(sheets):
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(r, c, dt.datetime.combine(value, dt.time()), day)
                elif value is not None:
                    sheet.write(r, c, value)
        for first_row, first_column, last_row, last_column in merged[0] if merged else ():
            value = rows[first_row][first_column]
            sheet.merge_range(first_row, first_column, last_row, last_column, value)
        for r in hidden if number == 0 else ():
            sheet.set_row(r, None, None, {"hidden": True})
        for r, c, text in formulas if number == 0 else ():
            sheet.write_formula(r, c, text, None, "")
    book.close()
    return buffer.getvalue()


def ledger(*rows, headings=HEADINGS, name="台账") -> bytes:
    """A plain ledger: the headings in the first row, then the rows."""
    return workbook((name, [list(headings), *map(list, rows)]))


def committed(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
