"""Which rows of a sheet are people, and what a ledger writes once for several of them."""

import re

from grids.addresses import building_named
from portal.core.workbooks import Sheet
from residents.imports.recognise import is_footer
from residents.imports.values import is_blank, text_of

ADDRESS_FIELDS = ("address", "building", "entrance", "room")
FILLED_DOWN = (*ADDRESS_FIELDS, "estate", "cell", "community", "household_number", "head_name")
# Said once for the whole household, where the cell is merged over its members.
OF_ALL = ("low_income", "residence", "registered_address")
# Without any of them a row is about nobody.
TELLING = ("name", "id_number", "born_on", "phone", "head_name", "note", *ADDRESS_FIELDS)
OF_ONE = frozenset(["name", "id_number", "born_on", "born_year", "born_month", "born_day"])
DITTO = frozenset(["同上", "同前", "〃", "″", "“", "”", '"', "''"])
LONGEST_TITLE = 40  # longer texts above the table are instructions
# The row of numbers, or of hints, that stands below the heading of printed forms.
_GUIDE = re.compile(r"\d{1,2}|[甲乙丙丁戊己庚辛A-Z]|[(（]?(?:必填|选填)[)）]?")


def fill_down(sheet: Sheet, first_row: int, by_field: dict[str, int]) -> None:
    """Write merged cells about the household out over the members they stand for."""
    columns = {by_field[name] for name in (*FILLED_DOWN, *OF_ALL) if name in by_field}
    rows = sheet.rows
    for top, left, bottom, right in sheet.merged:
        if bottom > top >= first_row and left in columns and right == left:
            value = rows[top][left]
            for row in rows[top + 1 : bottom + 1]:
                if row[left] == "":
                    row[left] = value
    sheet.merged = []


def data_rows(rows: list[list], first_row: int, by_field: dict[str, int]) -> tuple[list, int]:
    """The indexes of rows about people: no headings repeated for the next page, no sections,
    footers or hints; and how many were passed over because nobody can be meant, such as
    lines of a form with nothing but 汉族 filled in."""
    sure = [by_field[name] for name in ("name", "id_number") if name in by_field]
    telling = [by_field[name] for name in TELLING if name in by_field]
    head = [rows[first_row - 1][index] for index in sure] if first_row else []
    above = {tuple(row) for row in rows[:first_row]}
    picked, idle = [], 0
    for index in range(_after_guides(rows, first_row), len(rows)):
        row = rows[index]
        values = [row[column] for column in sure]
        if all(values) and not (type(values[0]) is str and values[0].isspace()):
            # Not a heading repeated for the next page, nor 小计 or 制表 over several columns.
            if values != head and (len(text_of(values[-1])) >= 15 or not is_footer(row)):
                picked.append(index)
            continue
        if not any(row) or is_footer(row) or tuple(row) in above or _section(row):
            continue
        if any(not is_blank(row[column]) for column in telling):
            picked.append(index)
        elif any(not is_blank(row[column]) for column in by_field.values()):
            idle += 1
    return picked, idle


def _after_guides(rows: list[list], first_row: int) -> int:
    for index in range(first_row, min(first_row + 2, len(rows))):
        texts = [text_of(cell) for cell in rows[index] if cell != ""]
        if len(texts) < 3 or not all(_GUIDE.fullmatch(text) for text in texts):
            return index
    return min(first_row + 2, len(rows))


def ditto_write(cells: dict[str, list]) -> None:
    """同上 and its signs get the value of the cell above."""
    for name, column in cells.items():
        if name in OF_ONE or DITTO.isdisjoint(column):
            continue
        above = ""
        for index, cell in enumerate(column):
            if type(cell) is str and cell in DITTO:
                column[index] = above
            elif cell != "":
                above = cell


def _section(row: list) -> tuple[str, str] | None:
    """(building, entrance) of a row that holds nothing but 1号楼 or 1号楼2单元."""
    texts = [text_of(cell) for cell in row if cell != ""]
    return building_named(texts[0], alone=True) if len(texts) == 1 else None


def buildings_above(sheet: Sheet, first_row: int, picked: list[int], cells: dict) -> str:
    """Where no column tells the building: take it from section rows among the people, else
    from the title or the sheet's name. Returns what was done, for the person to check."""
    if "room" not in cells or "building" in cells or "address" in cells:
        return ""
    texts = [text_of(cell) for row in sheet.rows[:first_row] for cell in row]
    titles = [text for text in texts if 0 < len(text) <= LONGEST_TITLE]
    named = {found for text in titles if (found := building_named(text))}
    if len(named) != 1:
        named = {found for found in [building_named(sheet.name)] if found}
    building, entrance = named.pop() if named else ("", "")
    source = f"标题或工作表名里的{building}号楼" if building else ""
    buildings, entrances, last = [], [], first_row
    doors = cells.get("entrance") or [""] * len(picked)
    for place, index in enumerate(picked):
        for row in sheet.rows[last:index]:
            if section := _section(row):
                building, entrance = section
                source = "分段标题里的楼号"
        last = index
        buildings.append(building)
        entrances.append(entrance if is_blank(doors[place]) else doors[place])
    if source:
        cells["building"], cells["entrance"] = buildings, entrances
        return f"没有楼栋列，按{source}登记，请核对"
    return ""
