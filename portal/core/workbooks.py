"""Workbooks from outside, opened safely: content decides, limits first, nothing is evaluated.

A file is looked at as a zip before anything is unpacked, every part is then unpacked once
in pieces to prove its real size and to find values far outside a sheet's reasonable area
(the reader keeps a sheet as a full rectangle). Only then the reader sees it.
"""

import csv
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from portal.core.errors import DomainError

MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 200 * 2**20
MAX_ROWS = 50_000
AROUND = 100  # rows that titles, headings and footers may take besides
MAX_COLUMNS = 100
MAX_PARTS = 2_000
CHUNK = 1 << 20
OVERLAP = 4096
SAVE_AS = "请用表格软件打开，另存为“Excel 工作簿 (.xlsx)”后再上传"

# A value beyond row 65,536 or column CV in the usual spelling of a cell.
_FAR = re.compile(
    rb'<c r="(?:(?:[A-Z]{3}|[D-Z][A-Z]|C[W-Z])\d+|[A-Z]{1,2}(?:[1-9]\d{5,}|6553[7-9]|655[4-9]\d'
    rb'|65[6-9]\d\d|6[6-9]\d{3}|[7-9]\d{4}))"(?:[^>]*[^/])?>\s*<(?:v>[^<]|is>|f)'
)
_UNUSUAL = re.compile(rb'<c(?! r=")[\s>/]')
# A formula without a stored result; with t="str" the result is the empty text.
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"(?![^>]*t="str")[^>]*><f[^>]*>([^<]+)</f>(?:<v\s*/>|<v></v>)?</c>'
)
_HIDDEN = re.compile(rb'<row [^>]*\bhidden="(?:1|true)"[^>]*(?<!/)>')
_NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class WorkbookError(DomainError):
    """The file cannot be used; the message says why and what to do."""


@dataclass
class Sheet:
    """One sheet: ``rows[i]`` is row i + 1 of the sheet, all rows equally long.

    ``merged`` holds (first row, first column, last row, last column), counted from 0;
    ``formulas`` the cells (row, column) that show a formula because its result is not stored.
    Bare numbers of a workbook ``from_1904`` count their days from 1904; ``hidden`` rows are
    not seen on the screen but are read like others.
    """

    name: str
    rows: list[list]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    from_1904: bool = False
    hidden: int = 0


class Workbook:
    """An opened workbook; sheets are read when asked for."""

    def __init__(self, sheets: list[str], read):
        self.sheet_names = sheets
        self._read = read
        self._last: Sheet | None = None  # asked for once to recognise it, once to read it

    def sheet(self, name: str) -> Sheet:
        """Raises WorkbookError for an unknown name, too many rows or a broken sheet."""
        if name not in self.sheet_names:
            name = next((sheet for sheet in self.sheet_names if sheet.strip() == name), name)
        if name not in self.sheet_names:
            known = "、".join(self.sheet_names)
            raise WorkbookError(f"文件里没有名为“{name}”的工作表，只有：{known}")
        if self._last is not None and self._last.name == name:
            return self._last
        self._last = None
        sheet = self._read(name)
        filled = sum(1 for row in sheet.rows if any(row))
        if filled > MAX_ROWS + AROUND:
            rows_refuse(name, filled)
        self._last = sheet
        return sheet


def rows_refuse(name: str, count: int) -> None:
    """Refuse a sheet with too many rows of data. Raises WorkbookError."""
    if count > MAX_ROWS:
        raise WorkbookError(
            f"工作表“{name}”有 {count:,} 行，超过 {MAX_ROWS:,} 行，请分成几个文件上传"
        )


def workbook_open(data: bytes, filename: str = "") -> Workbook:
    """Check and open a file's bytes.

    Raises WorkbookError: empty, too large, encrypted, macros, external links, old format,
    not a workbook, damaged, unpacking to too much.
    """
    if not data:
        raise WorkbookError("文件是空的，请重新选择文件")
    if len(data) > MAX_BYTES:
        size = len(data) / 2**20
        raise WorkbookError(f"文件有 {size:.1f} MB，超过 {MAX_BYTES >> 20} MB，请分成几个文件上传")
    if data[:4] == b"PK\x03\x04":
        return _xlsx(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise WorkbookError(_about_ole(data))
    if filename.lower().endswith((".csv", ".txt")):
        return _csv(data)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise WorkbookError(f"这是网页或 XML 文件，不是工作簿。{SAVE_AS}")
    raise WorkbookError("这不是 Excel 工作簿（.xlsx）也不是 .csv 文件，请核对选择的文件")


def _about_ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "文件设有打开密码，请先取消密码，再上传"
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return f"这是旧格式的 Excel 文件（.xls）。{SAVE_AS}"
    return "这不是 Excel 工作簿（.xlsx）也不是 .csv 文件，请核对选择的文件"


def _xlsx(data: bytes) -> Workbook:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise WorkbookError("文件已损坏，打不开，请用表格软件重新保存后再上传") from error
    parts = archive.infolist()
    names = {part.filename for part in parts}
    _refuse_by_name(parts, names)
    scanned: dict[str, tuple[dict[tuple[int, int], str], int]] = {}
    for part in parts:
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            scanned[part.filename] = _scan(data, part)
        else:
            for _ in _unpack(data, part):
                pass
    try:
        paths, from_1904 = _sheet_paths(archive)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
    except BaseException as error:
        raise _broken(error) from error
    if not shown:
        raise WorkbookError("文件里没有可见的工作表")

    def read(name: str) -> Sheet:
        try:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        except BaseException as error:
            raise _broken(error) from error
        unknown, hidden = scanned.get(paths.get(name, ""), ({}, 0))
        for (row, column), text in unknown.items():
            _put(rows, row, column, text)
        return Sheet(name, rows, merged, list(unknown), from_1904, hidden)

    return Workbook(shown, read)


def _broken(error: BaseException) -> BaseException:
    """The refusal for whatever a reader raises on a damaged file (panics are no Exception)."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return WorkbookError("文件已损坏，读不出内容，请用表格软件重新保存后再上传")
    return error


def _refuse_by_name(parts: list[zipfile.ZipInfo], names: set[str]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookError("文件设有打开密码，请先取消密码，再上传")
    if "xl/workbook.xml" not in names:
        if "xl/workbook.bin" in names or "content.xml" in names:
            raise WorkbookError(f"这种格式（.xlsb 或 .ods）不能直接导入。{SAVE_AS}")
        raise WorkbookError("这不是 Excel 工作簿（.xlsx）也不是 .csv 文件，请核对选择的文件")
    if len(parts) > MAX_PARTS or len(names) != len(parts):
        raise WorkbookError("文件的内部结构不正常，请用表格软件重新保存后再上传")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise WorkbookError(
            f"文件展开后超过 {MAX_UNPACKED >> 20} MB，不能导入，请删去图片和多余的工作表"
        )
    if any(name.lower().endswith("vbaproject.bin") or "macrosheets" in name for name in names):
        raise WorkbookError(f"文件里有宏，不能导入。{SAVE_AS}")
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise WorkbookError(
            "文件里有指向其他文件的链接，不能导入，请先断开链接（只保留数值）再上传"
        )


def _unpack(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's content in pieces; a part that is larger than it says is refused at once."""
    name_length, extra = struct.unpack_from("<HH", data, part.header_offset + 26)
    start = part.header_offset + 30 + name_length + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        if len(packed) != part.file_size:
            raise WorkbookError("文件已损坏，打不开，请用表格软件重新保存后再上传")
        yield bytes(packed)
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise WorkbookError(f"文件用了少见的压缩方式，不能导入。{SAVE_AS}")
    stream, size = zlib.decompressobj(-15), 0
    rest = packed
    try:
        while not stream.eof:
            piece = stream.decompress(rest, CHUNK)
            rest = stream.unconsumed_tail
            size += len(piece)
            if size > part.file_size:
                raise WorkbookError("文件的内部结构不正常（声明的大小不对），不能导入")
            if not piece and not rest:
                break
            yield piece
    except zlib.error as error:
        raise WorkbookError("文件已损坏，打不开，请用表格软件重新保存后再上传") from error
    if size != part.file_size:
        raise WorkbookError("文件已损坏，打不开，请用表格软件重新保存后再上传")


def _scan(data: bytes, part: zipfile.ZipInfo) -> tuple[dict[tuple[int, int], str], int]:
    """Unpack a sheet once: refuse values far outside, return formulas without a result and
    the number of hidden rows."""
    found: dict[tuple[int, int], str] = {}
    usual, hidden = True, 0
    for text in _whole_cells(data, part):
        usual = usual and _is_usual(text)
        if _FAR.search(text):
            raise WorkbookError(f"工作表超过 65,536 行或 {MAX_COLUMNS} 列，请删去多余的单元格")
        if b"hidden=" in text:
            hidden += len(_HIDDEN.findall(text))
        if b"<f" in text:
            for column, row, formula in _FORMULA.findall(text):
                place = (int(row) - 1, _column(column.decode()))
                found[place] = "=" + html.unescape(formula.decode("utf-8", "replace"))
    if not usual:  # written by an unusual program: look at every cell
        _scan_by_parser(data, part)
    return found, hidden


def _is_usual(text: bytes) -> bool:
    """Every cell begins as ``<c r="``, so that the patterns above see all of them."""
    if b":c" in text:
        return False
    return text.count(b"<c") == text.count(b'<c r="') or not _UNUSUAL.search(text)


def _whole_cells(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A sheet in pieces that are not cut inside the head of a cell."""
    tail = b""
    for piece in _unpack(data, part):
        text = tail + piece
        cut = text.rfind(b"<c ", -OVERLAP)
        if cut < 0:
            cut = max(0, len(text) - OVERLAP)
        yield text[:cut]
        tail = text[cut:]
    yield tail


def _scan_by_parser(data: bytes, part: zipfile.ZipInfo) -> None:
    """The same limits for a sheet whose cells are spelled in another way."""
    parser = ElementTree.XMLPullParser(events=("start", "end"))
    row = column = 0
    try:
        for piece in _unpack(data, part):
            parser.feed(piece)
            for event, element in parser.read_events():
                tag = element.tag.rpartition("}")[2]
                if event == "start" and tag == "row":
                    row, column = int(element.get("r", row + 1)), 0
                elif event == "start" and tag == "c":
                    place = re.match("([A-Z]+)", element.get("r", ""))
                    column = _column(place[1]) + 1 if place else column + 1
                elif event == "end" and tag in ("c", "row"):
                    if tag == "c" and len(element) and (row > 65_536 or column > MAX_COLUMNS):
                        raise WorkbookError(
                            f"工作表超过 65,536 行或 {MAX_COLUMNS} 列，请删去多余的单元格"
                        )
                    element.clear()
    except (ElementTree.ParseError, ValueError) as error:
        raise WorkbookError("文件已损坏，读不出内容，请用表格软件重新保存后再上传") from error


def _sheet_paths(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Sheet name → part name, and whether days count from 1904."""
    targets = {}
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat loads nothing
    for link in links:
        target = link.get("Target", "")
        targets[link.get("Id")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    settings = book.find("m:workbookPr", _NAMES)
    from_1904 = settings is not None and settings.get("date1904") in ("1", "true", "on")
    paths = {
        sheet.get("name", ""): targets.get(sheet.get(_LINK), "")
        for sheet in book.iterfind("m:sheets/m:sheet", _NAMES)
    }
    return paths, from_1904


def _csv(data: bytes) -> Workbook:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        if encoding != "utf-16" and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WorkbookError(f"文件的文字编码无法识别。{SAVE_AS}")
    if "\0" in text:
        raise WorkbookError("这不是 Excel 工作簿（.xlsx）也不是 .csv 文件，请核对选择的文件")
    head = text[:4096]
    delimiter = max("\t,;", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise WorkbookError(f"csv 文件的格式不对。{SAVE_AS}") from error
    width = max((len(row) for row in rows), default=0)
    if width > MAX_COLUMNS:
        raise WorkbookError(f"表格超过 {MAX_COLUMNS} 列，请删去多余的列")
    for row in rows:
        row[:] = [_unwrapped(cell) for cell in row] + [""] * (width - len(row))
    return Workbook(["csv"], lambda name: Sheet(name, rows))


def _unwrapped(cell: str) -> str:
    """The text in ="0123": how lists for spreadsheets keep long numbers whole."""
    return cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' and len(cell) > 2 else cell


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _put(rows: list[list], row: int, column: int, text: str) -> None:
    if row >= 65_536 or column >= MAX_COLUMNS:
        return
    width = max(len(rows[0]) if rows else 0, column + 1)
    while len(rows) <= row:
        rows.append([""] * width)
    if len(rows[row]) <= column:
        rows[row].extend([""] * (column + 1 - len(rows[row])))
    if rows[row][column] == "":
        rows[row][column] = text
