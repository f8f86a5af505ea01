"""What the check read of a ledger, kept for the application."""

import datetime as dt

import orjson
import pytest

from portal.core.workbooks import workbook_open
from residents.imports import packed
from residents.imports.columns import table_read
from residents.imports.recognise import recognise
from tests.ledgers import committed, ledger
from tests.people import make_id_number

HEADINGS = ["楼栋", "单元", "房号", "姓名", "身份证号", "出生日期", "电话", "残疾类别", "残疾等级",
            "低保", "党员类别", "户口性质", "备注"]  # fmt: skip
ROWS = [
    ["3", "2", "501", "王一", make_id_number(serial=1), "", "13800138000、13900139000", "视力",
     "二级", "是", "在职", "空挂户", "好"],
    ["", "", "", "王二", "", dt.date(1958, 3, 12), "1234", "无", "", "否", "", "", None],
    ["3", "2", "0", "王三", "150399195803120019", "", "", "", "", "", "", "流动", ""],
]  # fmt: skip


def tables(data: bytes):
    book = workbook_open(data)
    for sheet in map(book.sheet, book.sheet_names):
        if (found := recognise(sheet.rows, sheet.merged)) is None:
            continue
        mapping = {column.index: column.field for column in found.columns if column.field}
        headings = {column.index: column.heading for column in found.columns}
        yield table_read(sheet, found.first_row, mapping, headings, dt.date(2026, 11, 29))


@pytest.mark.parametrize(
    "data",
    [ledger(*ROWS, headings=HEADINGS), committed("faults.xlsx"), committed("two-row-heading.xlsx"),
     committed("two-communities.xlsx")],
    ids=["every kind of column", "faults", "two-row heading", "two sheets"],
)  # fmt: skip
def test_a_table_comes_back_as_it_was(data):
    for table in tables(data):
        found = packed.unpack(packed.pack(table))
        assert found == table
        for name, column in table.columns.items():
            assert list(map(type, found.columns[name])) == list(map(type, column))


def test_every_type_of_value_stood_in_the_table():
    (table,) = tables(ledger(*ROWS, headings=HEADINGS))
    assert {type(value).__name__ for column in table.columns.values() for value in column} == {
        "str", "NoneType", "date", "bool", "tuple", "IdNumber", "Phone", "Address"}  # fmt: skip
    assert table.errors
    assert table.warnings


def test_another_version_s_table_is_refused():
    (table,) = tables(ledger(*ROWS, headings=HEADINGS))
    parts = orjson.loads(packed.pack(table)) | {"shape": packed.SHAPE + 1}
    with pytest.raises(ValueError, match="version"):
        packed.unpack(orjson.dumps(parts))
