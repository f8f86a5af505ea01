"""The workbook of rows that were not taken: original headings and cells, and the reason."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from portal.core.exports.neutral import neutral


def refused_write(path: Path, headings: list[str], rows: list[list]) -> None:
    """Write a workbook in which every cell is text, so that no digit is lost again."""
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False,
         "strings_to_urls": False},
    )  # fmt: skip
    sheet = book.add_worksheet("未导入")
    head = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    reason = book.add_format({"num_format": "@", "font_color": "#b3261e"})
    sheet.set_column(0, max(len(headings) - 2, 0), 16, text)
    sheet.set_column(len(headings) - 1, len(headings) - 1, 48)
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, neutral(heading), head)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            style = reason if column == len(row) - 1 else text
            sheet.write_string(number, column, neutral(_text(cell)), style)
    book.close()


def _text(cell) -> str:
    """A cell as a person reads it; a spoiled long number stays recognisably spoiled."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
