"""Files from outside: content decides, limits come first, one sentence each."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest

from portal.core import workbooks
from portal.core.workbooks import WorkbookError, workbook_open
from tests.ledgers import ledger, workbook

PLAIN = ledger(["3-2-501", "王小明", "男", "11010519491231002X", "13800138000", "户主"])


def rebuilt(data=PLAIN, drop=(), add=()):
    """The workbook with parts left out and added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename not in drop:
                new.writestr(part.filename, old.read(part))
        for name, content in add:
            new.writestr(name, content)
    return buffer.getvalue()


def sheet_xml(cells: str) -> bytes:
    """A workbook whose sheet holds exactly these rows of XML."""
    head = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    return rebuilt(
        drop=["xl/worksheets/sheet1.xml"],
        add=[("xl/worksheets/sheet1.xml", f"{head}{cells}</sheetData></worksheet>")],
    )


def test_rows_come_with_their_place_in_the_sheet():
    data = workbook(("甲", [[None], [None, "姓名"], [None, "王小明"]]))
    assert workbook_open(data).sheet("甲").rows == [["", ""], ["", "姓名"], ["", "王小明"]]


def test_merged_ranges_are_told():
    data = workbook(("甲", [["住址", "姓名"], ["3-2-501", "王"], ["", "李"]], [(1, 0, 2, 0)]))
    assert workbook_open(data).sheet("甲").merged == [(1, 0, 2, 0)]


def test_a_formula_without_result_is_text_and_a_stored_result_counts():
    data = workbook(("甲", [["姓名", "备注", "x"]]), formulas=[(1, 1, "=cmd|' /C calc'!A0")])
    assert workbook_open(data).sheet("甲").rows[1][1] == "=cmd|' /C calc'!A0"
    stored = sheet_xml('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>')
    assert workbook_open(stored).sheet("台账").rows == [[2.0]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_usual_encodings(encoding):
    book = workbook_open("姓名,住址\n王𠅤,3-2-501\n".encode(encoding), "台账.csv")
    assert book.sheet("csv").rows == [["姓名", "住址"], ["王𠅤", "3-2-501"]]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"x" * (workbooks.MAX_BYTES + 1), "a.xlsx", "超过 10 MB"),
        (b"%PDF-1.7", "a.xlsx", "不是 Excel 工作簿"),
        (b"<html><table>", "a.xls", "网页"),
        (PLAIN[:400], "a.xlsx", "已损坏"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "a.xls", "旧格式"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "打开密码"),
        (OLE + b"\0" * 600, "a.doc", "不是 Excel 工作簿"),
        (rebuilt(add=[("xl/vbaProject.bin", b"x")]), "a.xlsx", "有宏"),
        (rebuilt(add=[("xl/externalLinks/externalLink1.xml", b"<x/>")]), "a.xlsx", "的链接"),
        (rebuilt(drop=["xl/workbook.xml"]), "a.xlsx", "不是 Excel 工作簿"),
        (rebuilt(drop=["xl/workbook.xml"], add=[("xl/workbook.bin", b"x")]), "a.xlsb", "另存为"),
        (b"\xff\xfe\xff" * 9, "a.csv", "编码"),
        (b"a,b\0c", "a.csv", "不是 Excel 工作簿"),
    ],
)
def test_unusable_files_are_refused_in_one_sentence(data, name, words):
    with pytest.raises(WorkbookError, match=words):
        workbook_open(data, name)


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = rebuilt(add=[("xl/media/a.bin", b"\0" * (workbooks.MAX_UNPACKED + 1))])
    assert len(bomb) < 1_000_000
    with pytest.raises(WorkbookError, match="展开后超过"):
        workbook_open(bomb)


def test_a_part_that_lies_about_its_size_is_refused():
    data = bytearray(rebuilt(add=[("xl/lie.xml", b"\0" * 500_000)]))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/lie.xml"))
    struct.pack_into("<I", data, place + 24, 100)  # uncompressed size in the directory
    with pytest.raises(WorkbookError, match="声明的大小"):
        workbook_open(bytes(data))


def test_a_password_on_the_archive_is_seen():
    data = bytearray(PLAIN)
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(WorkbookError, match="打开密码"):
        workbook_open(bytes(data))


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        "<row r='1048576'><c r='A1048576'><v>1</v></c></row>",
        '<row r="1048576"><c><v>1</v></c></row>',
        '<row r="1"><c s="1" r="DA1"><v>1</v></c></row>',
    ],
)
def test_a_lonely_value_far_outside_cannot_fill_the_memory(cells):
    with pytest.raises(WorkbookError, match="65,536 行"):
        workbook_open(sheet_xml(cells)).sheet("台账")


def test_empty_cells_far_down_do_no_harm():
    book = workbook_open(
        sheet_xml(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999"><c r="A99999" s="1"/></row>'
        )
    )
    assert len(book.sheet("台账").rows) == 1


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 2)
    monkeypatch.setattr(workbooks, "AROUND", 0)
    with pytest.raises(WorkbookError, match="超过 2 行"):
        workbook_open(workbook(("甲", [["a"], ["b"], ["c"]]))).sheet("甲")


def test_an_unknown_sheet_names_the_known_ones():
    with pytest.raises(WorkbookError, match="只有：台账"):
        workbook_open(PLAIN).sheet("乙")


def test_damaged_files_are_refused_never_crash():
    for place in range(60, len(PLAIN), 97):
        broken = PLAIN[:place] + bytes([PLAIN[place] ^ 0x55]) + PLAIN[place + 1 :]
        with suppress(WorkbookError):
            book = workbook_open(broken)
            assert all(book.sheet(name).rows for name in book.sheet_names)


def test_a_text_wrapped_for_spreadsheets_is_the_text():
    book = workbook_open('姓名,号码\n王小明,="0123"\n李红,="\n'.encode(), "a.csv")
    assert [row[1] for row in book.sheet("csv").rows[1:]] == ["0123", '="']


def test_a_sheet_is_found_without_the_spaces_around_its_name():
    assert workbook_open(workbook((" 台账 ", [["姓名"]]))).sheet("台账").rows == [["姓名"]]


def test_a_web_page_is_named_as_one_behind_its_byte_order_mark():
    with pytest.raises(WorkbookError, match="网页"):
        workbook_open(b"\xef\xbb\xbf<html>", "a.xls")
