"""The cells of a ledger, column by column, turned into checked values.

Columns instead of rows: a word that stands five thousand times is looked up once, and a
column without a fault costs no error handling. Nothing here knows the database.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime

from grids.addresses import Address
from grids.addresses import from_parts as address_from_parts
from grids.addresses import parse as address_parse
from portal.core.errors import DomainError
from portal.core.exports.neutral import plain
from portal.core.workbooks import Sheet
from residents import codes, idnumbers, names, phones
from residents.imports import words
from residents.imports.headings import ASKS, BIRTH_PARTS, LABELS, SEVERAL
from residents.imports.rows import buildings_above, data_rows, ditto_write, fill_down
from residents.imports.values import (
    LeftOut,
    ShortYear,
    date_joined,
    is_blank,
    number_alone,
    parse_date,
    text_of,
    yes_no,
)
from residents.models import HEAD_RELATIONS, IdKind

LONGEST = {"note": 500, "registered_address": 120, "household_number": 20, "estate": 500}
# Fields whose unknown words refuse the row; other words are left out with a warning,
# because they change no figure and no household.
STRICT = {"sex": "sex", "relation": "relation"}
LOOSE = {"ethnicity": "ethnic", "education": "education", "marital": "marital",
         "political": "political"}  # fmt: skip
EXAMPLES = {"sex": "请填 男 或 女", "relation": "请填 户主、妻、子、女、其他 等"}
NOT_COMPUTED = "这一格是公式，没有存下结果，请用表格软件打开、重新保存后再导入"
NO_PHONE = frozenset(
    ["空号", "停机", "不详", "未知", "无电话", "无手机", "无号码", "未提供", "不提供", "拒绝提供"]
)
DATE_IN_ADDRESS = "被表格软件改成了日期或负数，请把该列设为文本后重填"
# Remarks about people who are no longer there; they are stored as living here.
_GONE = re.compile(
    r"^(?:本人|该人|此人|户口|[已于现\d年月日.\-/ ])*"
    "(死亡|去世|病故|已故|亡故|注销|销户|迁出|迁走|迁往|搬走|搬离|搬去|搬到|搬家)"
)
_SHORT = re.compile(r"\d{1,3}-\d{1,2}")  # 3-2 may be building and entrance
# A passport, or a permit of somebody from Hong Kong or Macao; 8 bare digits may be anything.
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{7,10}")
_OTHER_KIND = "看起来是护照或通行证，按其他证件登记，请核对"
_MEMBER_ONLY = "“{}”只导入政治面貌，党员类别（社区支部、在职、离退休、流动）请另外登记"
_DOCUMENT = re.compile(r"[0-9A-Z()\-]{4,24}")


@dataclass
class Table:
    """The data rows of a sheet: equally long columns of checked values by field.

    ``numbers`` are the rows' numbers in the sheet; ``errors`` and ``warnings`` say
    (row index, heading, text), ``notes`` concern the whole sheet. A blank cell is None in
    every column.
    """

    numbers: list[int]
    headings: dict[str, str]
    columns: dict[str, list] = field(default_factory=dict)
    errors: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    warnings: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.blanks = [None] * len(self.numbers)

    def __len__(self):
        return len(self.numbers)

    def error(self, index: int, name: str, text: str) -> None:
        self.errors.setdefault(index, []).append((self.heading(name), text))

    def warn(self, index: int, name: str, text: str) -> None:
        self.warnings.append((index, self.heading(name), text))

    def heading(self, name: str) -> str:
        return self.headings.get(name) or LABELS.get(name, name)

    def get(self, name: str) -> list:
        """A column, blanks when the ledger has none."""
        column = self.columns.get(name)
        return self.blanks if column is None else column


def table_read(sheet: Sheet, first_row: int, mapping: dict[int, str], headings: dict[int, str],
               today: date) -> Table:  # fmt: skip
    """Check every mapped cell of a sheet. Rows without a person or only with a footer's
    words are left out."""
    by_field = _columns_by_name(mapping)
    picked, idle = data_rows(sheet.rows, first_row, by_field)  # spare lines stay blank till here
    fill_down(sheet, first_row, by_field)
    table = Table(
        [index + 1 for index in picked],
        {name: headings.get(index, "") for name, index in by_field.items()},
    )
    _refuse_formulas(table, sheet, mapping)
    cells = {name: [sheet.rows[row][index] for row in picked] for name, index in by_field.items()}
    ditto_write(cells)
    _birth_join(table, cells)
    if idle:
        table.notes.append(f"有 {idle} 行没有姓名、证件号码和住址，没有导入")
    if note := buildings_above(sheet, first_row, picked, cells):
        table.notes.append(note)
    _names(table, cells)
    _id_numbers(table, cells, today)
    _births(table, cells, today, sheet.from_1904)
    _phones(table, cells)
    for name, code_table in {**STRICT, **LOOSE}.items():
        _coded(table, cells, name, code_table)
    for name in cells:
        if reader := words.READERS.get(name.partition("#")[0]):
            _worded(table, cells, name, reader)
    _plain_texts(table, cells)
    _agree(table)
    _addresses(table, cells)
    return table


def _columns_by_name(mapping: dict[int, str]) -> dict[str, int]:
    """Field → column; of several columns for one field the later ones are departure#7."""
    found: dict[str, int] = {}
    for index, name in mapping.items():
        found[f"{name}#{index}" if name in SEVERAL and name in found else name] = index
    return found


def _birth_join(table: Table, cells: dict) -> None:
    """A birth date in three columns becomes one."""
    if "born_on" in cells or "born_year" not in cells:
        return
    blanks = [None] * len(table)
    parts = [cells.get(name, blanks) for name in BIRTH_PARTS.values()]
    cells["born_on"] = [date_joined(*row) for row in zip(*parts, strict=True)]


def _refuse_formulas(table: Table, sheet: Sheet, mapping: dict[int, str]) -> None:
    """A formula's text is no value; only a remark may look like one."""
    places = {number - 1: index for index, number in enumerate(table.numbers)}
    for row, column in sheet.formulas:
        name = mapping.get(column)
        if row in places and name not in (None, "note"):
            table.error(places[row], name, NOT_COMPUTED)
            sheet.rows[row][column] = ""


def _names(table: Table, cells: dict) -> None:
    column = []
    for index, value in enumerate(cells.get("name") or [None] * len(table)):
        if type(value) is not str and is_blank(value):
            value = ""
        try:
            column.append(names.normalise(value if type(value) is str else text_of(value)))
        except DomainError as error:
            table.error(index, "name", error.message)
            column.append(None)
    table.columns["name"] = column


def _id_numbers(table: Table, cells: dict, today: date) -> None:
    if "id_number" not in cells:
        return
    kinds = cells.get("id_kind")
    column, check = [], idnumbers.check
    for index, value in enumerate(cells["id_number"]):
        if value == "" or is_blank(value):
            column.append(None)
            continue
        try:
            if kinds and not _is_card(kinds[index]):
                number = _other_document(value)
            elif value.__class__ is not str or (value[0].isdecimal() and value[-1] not in ")）"):
                number = check(value, today)
            else:
                number = _number_with_words(table, index, value, today)
        except DomainError as error:
            table.error(index, "id_number", error.message)
            number = None
        else:
            for text in number.warnings if number else ():
                table.warn(index, "id_number", text)
        column.append(number)
    table.columns["id_number"] = column


def _number_with_words(table: Table, index: int, value: str, today: date):
    """身份证：1503…, 1503…（丢失), a passport's, or words that say there is none."""
    if _PASSPORT.fullmatch(plain_number := "".join(unicodedata.normalize("NFKC", value).split())):
        table.warn(index, "id_number", _OTHER_KIND)
        return _other_document(plain_number)
    number, words_beside = number_alone(value)
    if words_beside is not None:
        done = "其余文字没有保存" if number else "没有导入证件号码"
        table.warn(index, "id_number", f"证件号码栏写着“{words_beside}”，{done}")
    return idnumbers.check(number, today) if number else None


def _is_card(kind) -> bool:
    return is_blank(kind) or codes.code_for("id_document", text_of(kind)) in ("01", "02")


def _other_document(value) -> idnumbers.IdNumber:
    if idnumbers.is_spoiled(value):
        raise DomainError(idnumbers.SPOILED)
    text = "".join(text_of(value).upper().split())
    if len(text) in (15, 18):  # permits and cards built like an identity number
        try:
            return idnumbers.check(text)
        except DomainError:
            pass
    if not _DOCUMENT.fullmatch(text):
        raise DomainError("证件号码应为 4 至 24 位的字母和数字")
    return idnumbers.IdNumber(text, IdKind.OTHER.value, None, "", idnumbers.mask(text))


def _births(table: Table, cells: dict, today: date, from_1904: bool) -> None:
    if "born_on" not in cells:
        return
    column = []
    for index, value in enumerate(cells["born_on"]):
        try:
            born = parse_date(value, from_1904) if value != "" else None
            if born.__class__ is date and (born > today or born.year < 1890):
                raise DomainError(
                    "出生日期在今天以后" if born > today else "出生日期太早，请核对年份"
                )
        except ShortYear as error:
            born = error  # a number may tell the century
        except DomainError as error:
            table.error(index, "born_on", error.message)
            born = None
        column.append(born)
    table.columns["born_on"] = column


def _phones(table: Table, cells: dict) -> None:
    if "phone" not in cells:
        return
    column, parse = [], phones.parse
    for index, value in enumerate(cells["phone"]):
        if value == "" or is_blank(value):
            column.append(None)
            continue
        if value.__class__ is str and value.strip() in NO_PHONE:
            table.warn(index, "phone", f"电话写的是“{value.strip()}”，没有导入")
            column.append(None)
            continue
        try:
            phone = parse(value)
        except DomainError as error:
            table.error(index, "phone", error.message)
            phone = None
        else:
            if phone.warning:
                table.warn(index, "phone", phone.warning)
        column.append(phone)
    table.columns["phone"] = column


class _Known(dict):
    """Cell → value, each different cell read once; faults are kept by cell."""

    def __init__(self, read):
        super().__init__({"": None, None: None})
        self.read, self.faults = read, {}

    def __missing__(self, cell):
        value = None
        try:
            value = None if is_blank(cell) else self.read(cell)
        except DomainError as error:
            self.faults[cell] = error
        self[cell] = value
        return value


def _column(table: Table, cells: dict, name: str, read, report) -> None:
    known = _Known(read)
    table.columns[name] = [known[cell] for cell in cells[name]]
    if known.faults:
        for index, cell in enumerate(cells[name]):
            if fault := known.faults.get(cell):
                (table.warn if isinstance(fault, LeftOut) else report)(index, name, fault.message)


def _coded(table: Table, cells: dict, name: str, code_table: str) -> None:
    if name not in cells:
        return
    strict = name in STRICT
    asks_party = name == "political" and "党员" in table.heading(name)
    if asks_party:
        table.notes.append(_MEMBER_ONLY.format(table.heading(name)))

    def read(cell):
        text = text_of(cell)
        if asks_party and (answer := _answers(cell)) is not None:
            return "01" if answer else None
        code = codes.code_for(code_table, text)
        if code is None and name == "relation":  # 户主之子
            code = codes.code_for(code_table, re.sub("^户主[之的]?", "", text))
        if code is None:
            ending = EXAMPLES[name] if strict else "这一栏没有导入"
            raise DomainError(f"不认识“{text[:12]}”，{ending}")
        return "02" if name == "relation" and code in HEAD_RELATIONS else code

    _column(table, cells, name, read, table.error if strict else table.warn)


def _worded(table: Table, cells: dict, name: str, reader) -> None:
    if name in cells:
        heading = table.heading(name)
        _column(table, cells, name, lambda cell: reader(cell, heading), table.error)


def _plain_texts(table: Table, cells: dict) -> None:
    for name in ("note", "registered_address", "household_number", "head_name", "cell", "estate"):
        if name in cells:
            _column(table, cells, name, lambda cell, name=name: _text(cell, name), table.error)
    if "community" in cells:
        _column(table, cells, "community", text_of, table.error)
    if "head_name" in cells and ASKS.search(table.heading("head_name")):  # 是否户主
        table.columns["head_name"] = [
            "是" if _is_yes(cell) else "否" for cell in cells["head_name"]
        ]
    for index, note in enumerate(table.get("note")):
        if note and (found := _GONE.match(note)):
            table.warn(index, "note", f"备注里写着“{found[1]}”，这位居民仍按在册导入，请核对")


def _is_yes(cell) -> bool:
    return text_of(cell) == "户主" or _answers(cell) is True


def _answers(cell) -> bool | None:
    """What a cell answers with yes or no; None for everything else."""
    try:
        return yes_no(cell)
    except DomainError:
        return None


def _text(cell, name: str) -> str:
    text = plain(text_of(cell).replace("\x00", ""))
    if name == "registered_address" and _answers(text) is not None:
        raise LeftOut(f"“{text}”不是地址，这一栏没有导入")
    if len(text) > LONGEST.get(name, 60):
        raise DomainError(f"{LABELS[name]}超过 {LONGEST.get(name, 60)} 个字")
    return text


def _agree(table: Table) -> None:
    """Number, birth date and sex must tell the same person; someone must be told at all."""
    numbers, births, sexes = table.get("id_number"), table.get("born_on"), table.get("sex")
    born_column, sex_column = [], []
    for index, (number, born, sex) in enumerate(zip(numbers, births, sexes, strict=True)):
        if number is None or number.born_on is None:
            if born.__class__ is not date:
                if index not in table.errors or not _has(table, index, "id_number", "born_on"):
                    lack = "没有证件号码，也没有出生日期" if number is None else "没有出生日期"
                    lack = "出生日期缺少日" if born else lack
                    lack = born.message if born.__class__ is ShortYear else lack
                    table.error(index, "born_on" if born else "id_number", lack)
                born = None
        else:
            if born is not None and not _same_birth(born, number.born_on):
                table.error(index, "born_on", "出生日期与身份证号不一致，请核对")
            born = number.born_on
            if sex in ("1", "2") and sex != number.sex:
                table.error(index, "sex", "性别与身份证号不一致，请核对")
            elif sex not in ("1", "2"):
                sex = number.sex
        born_column.append(born)
        sex_column.append(sex)
    table.columns["born_on"], table.columns["sex"] = born_column, sex_column


def _has(table: Table, index: int, *fields: str) -> bool:
    wanted = {table.heading(name) for name in fields}
    return any(heading in wanted for heading, _ in table.errors.get(index, ()))


def _same_birth(stated, born_on: date) -> bool:
    if stated.__class__ is date:
        return stated == born_on
    if stated.__class__ is ShortYear:
        return stated.fits(born_on)
    year, month = stated
    return year == born_on.year and month in (None, born_on.month)


def _addresses(table: Table, cells: dict) -> None:
    """The dwelling of each row; a member without one belongs to the row above."""
    blanks = [None] * len(table)
    whole, rooms = cells.get("address", blanks), cells.get("room", blanks)
    buildings, doors = cells.get("building", blanks), cells.get("entrance", blanks)
    relations, name = table.get("relation"), "room" if "room" in cells else "address"
    stated = cells.get("relation", blanks)
    numbers, heads = table.get("household_number"), table.get("head_name")
    column = []
    above, above_parts = None, ("", "")
    known: dict[tuple, Address | DomainError | None] = {}
    for index, parts in enumerate(zip(whole, buildings, doors, rooms, strict=True)):
        if not parts[1] and parts[3]:  # the building is written once, above
            parts = (parts[0], above_parts[0], parts[2] or above_parts[1], parts[3])
        elif parts[1]:
            above_parts = (parts[1], parts[2])
        if parts not in known:
            known[parts] = _address(parts)
        address = known[parts]
        if address is None:
            relation = relations[index]  # None as well where the word is not known
            is_member = not is_blank(stated[index]) and relation not in HEAD_RELATIONS
            if above and (is_member or _same(numbers, index) or _same(heads, index)):
                address = above
            else:
                table.error(index, name, "没有住址")
                above = None
        elif isinstance(address, DomainError):
            table.error(index, name, address.message)
            address = above = None
        else:
            above = address
            if parts[0] and not parts[3] and _SHORT.fullmatch(address.key):
                table.warn(index, name, f"“{address.key}”按没有单元的楼登记，请核对是否缺房号")
        column.append(address)
    table.columns["address"] = column


def _same(column: list, index: int) -> bool:
    """The row names the same household (or head) as the row above."""
    return index > 0 and bool(column[index]) and column[index] == column[index - 1]


def _joined(building: str, room: str) -> str:
    """The address of two columns that share the entrance: 3-2 and 501, 3号楼 and 2单元501."""
    if re.fullmatch(r"\d{1,3}[-－—]\d{1,2}", building):
        return f"{building}-{room}"
    if "单元" in room and (
        number := re.fullmatch(r"([A-Z]?\d{1,3})(?:号?楼|号?[栋幢座#])?", building)
    ):
        return f"{number[1]}号楼{room}" if re.match(r"\d{1,2}单元", room) else ""
    return ""


def _address(parts: tuple) -> Address | DomainError | None:
    if any(isinstance(p, datetime | date) or (isinstance(p, float) and p < 0) for p in parts):
        return DomainError(DATE_IN_ADDRESS)
    whole, building, entrance, room = ("" if is_blank(p) else text_of(p) for p in parts)
    try:
        if room or building:
            room, building = room or whole, building or (whole if room else "")
            if not entrance and (joined := _joined(building, room)):
                return address_parse(joined)
            return address_from_parts(building, entrance, room)
        return address_parse(whole) if whole else None
    except DomainError as error:
        return error
