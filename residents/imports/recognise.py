"""Where in a sheet the table begins, and which column holds what.

Ledgers come with title rows, one- or two-row headings, merged group cells and their own
words. The result is a plain mapping {column index: field}, which a person can correct.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from residents.imports.headings import (
    ASKED,
    ASKS,
    BIRTH_PARTS,
    BY_WORD,
    ELSEWHERE,
    IGNORED,
    LABELS,
    OF_A_PERSON,
    PERSONS,
    REASON,
    SEVERAL,
    WITHIN,
)
from residents.imports.values import is_blank, text_of

# Columns that this system does not collect, whatever the ledger holds.
REFUSED_HEADINGS = re.compile(
    "宗教|信仰|信访|上访|涉稳|重点人|刑满|释放|矫正|吸毒|邪教|法轮|血型|指纹|人脸"
)
_FOOTER = re.compile(
    "^(?:(?:社区|单位|党支部|党委|本页|本表)?(?:(?:填表|填报|制表)(?:人|单位|日期|时间)?|审核|审核人|复核"
    "|负责人|主任|书记|盖章|合计|总计|共计|小计|总人数|说明|注|备注|填表说明|填报说明|日期|联系人|经办人"
    "|以上|统计|截至|截止|网格员|网格长|楼长|签字|签名|网格员签字|负责人签字|采集人|登记人|录入人|调查人"
    "|入户人|核对人)(?=[:：、(（\\s]|$|\\d)|(?:以上|本页|本表|总)?[合总]?[共计]{1,2}.{0,8}[人户]"
    "|第.{1,4}页|共.{1,4}页|[-—] ?\\d+ ?[-—]$)"
)
_TITLE = re.compile(
    "(?:台账|花名册|名册|登记表|登记册|一览表|汇总表|信息表|统计表|情况表|底册)(?:[(（].*)?$"
)
# What may stand behind a word without changing it: 电话1, but not 房屋性质.
_TAIL = re.compile("号|号码|名称|名|信息|情况|详情|详址|[0-9一二三]|")
_WITHIN = re.compile("|".join(map(re.escape, WITHIN)))
OF_THE_HEAD = "户主自己的一行里有，不重复导入"
_SCAN = 30
_PLAIN, _ROWS_BELOW = 600, 3
_SAMPLE = 60
_ID = re.compile(r"\d{17}[\dXx]|\d{15}")
_ROOM = re.compile(r"[A-Z]?\d{1,4}[A-Z]?(?:室|号|户)?")
_LONG_ROOM = re.compile(r"[1-9]\d{2,3}(?:室|号|户)?")  # 户号 1, 2, 3 would count the households
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")


@dataclass
class Column:
    """A column as found: heading as read, field or "", how sure, remark for the person."""

    index: int
    heading: str
    field: str = ""
    score: int = 0
    remark: str = ""
    group: str = ""


@dataclass
class Layout:
    """The recognised shape of a sheet; rows are counted from 0."""

    first_row: int
    header_rows: tuple[int, ...]
    columns: list[Column]
    title: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def mapping(self) -> dict[int, str]:
        return {column.index: column.field for column in self.columns if column.field}

    @property
    def headings(self) -> dict[int, str]:
        return {column.index: column.heading for column in self.columns}

    @property
    def signature(self) -> str:
        """What two ledgers of one source have in common: their headings in order, also with
        the reasons behind them that the portal gave back."""
        words = [plain(column.heading) for column in self.columns]
        return "|".join(word for word in words if word and word != REASON)


def plain(heading) -> str:
    """A heading without spaces, brackets with their content, asterisks and punctuation."""
    text = unicodedata.normalize("NFKC", text_of(heading)).upper()
    text = re.sub(r"[(\[【〔<《].*?[)\]】〕>》]", "", text)
    text = re.sub(r"(?<=\S\S):.*", "", text)  # 身份证号：18位
    return re.sub(r"[\s*＊:：、,。.!?/\\|\-_·\u200b\ufeff]", "", text)


def field_of(heading: str) -> tuple[str, int]:
    """(field, score 0–100) for a heading's words."""
    word = plain(heading)
    if not word or word in IGNORED:
        return "", 0
    if name := BY_WORD.get(word):
        return name, 100
    best = ("", 0)
    if not _WITHIN.search(word):  # most cells of the rows that are tried hold no such word
        return best
    for key, name in BY_WORD.items():
        if key in WITHIN and key in word:
            before, _, behind = word.rpartition(key)
            score = 50 + min(40, 40 * len(key) // len(word))
            if score > best[1] and _TAIL.fullmatch(behind) and not _is_else(before, name):
                best = (name, score)
    return best


def _is_else(before: str, name: str) -> bool:
    """The words in front make it another thing: 户主电话, 工作单位地址, 是否本地户籍."""
    if ASKS.search(before):
        return name not in ASKED
    return ELSEWHERE.search(before) is not None


def recognise(rows: list[list], merged=()) -> Layout | None:
    """Find the header and the columns of a sheet; None when it holds no such table."""
    best, best_score = None, 0
    for index in range(min(_SCAN, len(rows))):
        if best_score >= _PLAIN and index > best[0][-1] + _ROWS_BELOW:
            break  # six columns known word by word, and rows below them: no better one follows
        upper = _spread(rows, index, merged)
        for header in ((index,), (index, index + 1)):
            if header[-1] >= len(rows):
                continue
            score, columns = _score(rows, header, upper, merged)
            if score > best_score + (30 if len(header) == 2 and best else 0):
                best, best_score = (header, columns), score
    if best is None:
        return None
    header, columns = best
    layout = Layout(header[-1] + 1, header, columns, _title(rows, header[0]))
    _settle(layout, rows)
    return layout


def is_footer(cells: list) -> bool:
    """填表人, 合计 and their like: text in few cells, the first of them a footer's word."""
    texts = [text_of(cell) for cell in cells if not is_blank(cell)]
    if not texts or len(texts) > 8:
        return False
    if len(texts) == 1 and _TITLE.search(texts[0]):  # a title on the next printed page
        return True
    return _FOOTER.match(texts[0]) is not None or texts[0].startswith(("填表", "制表"))


def _spread(rows: list[list], index: int, merged) -> list:
    """A heading row with its merged group cells written out over their columns."""
    cells = list(rows[index])
    for top, left, bottom, right in merged:
        if top <= index <= bottom and right > left:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = rows[top][left]
    return cells


def _score(rows, header, upper, merged) -> tuple[int, list[Column]]:
    """How much a row (or two) looks like the heading, and its columns."""
    columns, total, fields = [], 0, set()
    texts = numbers = 0
    for index in range(len(upper)):
        group = upper[index] if len(header) == 2 else ""
        leaf = rows[header[-1]][index] if index < len(rows[header[-1]]) else ""
        if isinstance(leaf, float | int) or isinstance(group, float | int):
            leaf, group, numbers = "", "", numbers + 1
        heading, name, score = _heading(_one_line(group), _one_line(leaf))
        texts += bool(heading)
        if score and name not in fields:
            fields.add(name)
            total += score
        columns.append(Column(index, heading, name, score, group=text_of(group)))
    if fields.isdisjoint(("name", "head_name", "id_number")):
        return 0, []
    if len(fields) < 2 or numbers * 2 > texts:  # a year or a count may stand at the end
        return 0, []
    if len(header) == 2:
        if not _is_two_rows(rows, header, merged):
            return 0, []
        # A group may say that a column is about somebody else: no reason to do without it.
        total = max(total, _score(rows, header[1:], rows[header[1]], merged)[0])
    return total, columns


def _is_two_rows(rows, header, merged) -> bool:
    """The upper row groups (merged over columns), or leaves columns to the lower one."""
    if _is_title(rows[header[0]], header[0], merged) or is_footer(rows[header[0]]):
        return False
    top, low = rows[header[0]], rows[header[1]]
    recognised = sum(
        1 for cell in low if field_of(text_of(cell))[1] == 100 or text_of(cell) in BIRTH_PARTS
    )
    has_data = any(_ID.fullmatch(text_of(cell)) for cell in low)
    groups = any(t == header[0] and (r > left or b == header[1]) for t, left, b, r in merged)
    filled = sum(1 for cell in top if text_of(cell))
    return not has_data and recognised >= 1 and (groups or filled < len(top)) and filled > 0


def _is_title(row: list, index: int, merged) -> bool:
    """One text only, alone in its cell or merged over most of the table."""
    texts = {text_of(cell) for cell in row} - {""}
    spans = [right - left + 1 for top, left, _, right in merged if top == index and right > left]
    return len(texts) == 1 and all(span * 4 >= len(row) * 3 for span in spans)


def _heading(group: str, leaf: str) -> tuple[str, str, int]:
    """The heading of a column under a group: the leaf's own word first, then both."""
    if not leaf:
        return group, *field_of(group)
    name, score = field_of(leaf)
    if group and group != leaf:
        if plain(leaf) in BIRTH_PARTS and field_of(group)[0] == "born_on":
            return leaf, BIRTH_PARTS[plain(leaf)], 100
        if name in OF_A_PERSON and PERSONS.search(group) and "户主" not in group:  # 监护人信息
            return leaf, "", 0
        if name == "address" and re.search("户籍|户口", group) and "住" not in group:
            return leaf, "registered_address", 90
        both, both_score = BY_WORD.get(plain(f"{group}{leaf}"), ""), 100
        if both:
            return leaf, both, both_score
        if not score and plain(leaf) not in IGNORED:
            return leaf, "", 0
    return leaf, name, score


def _one_line(cell) -> str:
    return re.sub(r"\s*\n\s*", "", text_of(cell))


def _title(rows, before: int) -> str:
    texts = [text_of(cell) for row in rows[:before] for cell in row if not is_blank(cell)]
    return texts[0] if texts else ""


def _heads_beside_members(columns: list[Column]) -> None:
    """户主信息 beside 家庭成员: the members are the people, the head is only named."""
    named = [column for column in columns if column.field == "name"]
    of_heads = {column.group for column in named if "户主" in column.group}
    if not of_heads or all(column.group in of_heads for column in named):
        return
    for column in columns:
        if column.group in of_heads:
            column.field = "head_name" if column.field == "name" else ""
            column.remark = "" if column.field else OF_THE_HEAD


def _heads_alone(columns: list[Column]) -> None:
    """户主姓名 where nobody else is named: a list of heads, they are the people."""
    if any(column.field == "name" for column in columns):
        return
    head = next((column for column in columns if column.field == "head_name"), None)
    if head is None:
        return
    head.field, head.remark = "name", "没有“姓名”列，按这一列的人导入"
    for column in columns:
        word = plain(column.heading)
        if not column.field and word.startswith("户主"):
            column.field, column.score = field_of(word.removeprefix("户主"))


def _say_whose(columns: list[Column]) -> None:
    """Why a column that would have been recognised otherwise is left alone."""
    for column in columns:
        word = plain(column.heading)
        if column.field or column.remark or not _WITHIN.search(word):
            continue
        if word.startswith("户主"):
            column.remark = OF_THE_HEAD
        elif ELSEWHERE.search(word) or PERSONS.search(column.group):
            column.remark = "说的不是居民本人或现住处，不导入"


def _settle(layout: Layout, rows) -> None:
    """One column a field: values break ties, the rest is reported."""
    _heads_beside_members(layout.columns)
    _heads_alone(layout.columns)
    _say_whose(layout.columns)
    sample = rows[layout.first_row : layout.first_row + _SAMPLE]
    for column in layout.columns:
        values = [row[column.index] for row in sample if column.index < len(row)]
        seen = _looks_like([value for value in values if not is_blank(value)])
        if REFUSED_HEADINGS.search(column.heading):
            column.field, column.score = "", 0
            column.remark = "本系统不收集这一栏"
        elif seen == "id_number" and column.field != "id_number" and not column.remark:
            column.field, column.score = "id_number", max(column.score, 80)
            column.remark = "按内容认作证件号码"
        elif seen == "phone" and not column.field and not column.remark:
            column.field, column.score, column.remark = "phone", 60, "按内容认作电话"
        elif column.field and column.score < 100:
            column.remark = "不太确定，请核对"
    for name, count in Counter(column.field for column in layout.columns).items():
        if name and count > 1 and name not in SEVERAL:
            lost = _keep_best([c for c in layout.columns if c.field == name])
            if name in ("name", "id_number") and any(_has_values(c, sample) for c in lost):
                shown = "、".join(f"“{column.heading}”" for column in lost[:5])
                layout.warnings.append(f"一行只导入一个人，这些列没有导入：{shown}")
    _birth_in_parts(layout)
    _door_beside_building(layout, sample)
    _prefer_columns_over_text(layout, set(layout.mapping.values()))
    for column in layout.columns:
        word = plain(column.heading)
        if not column.field and not column.remark and word and word not in IGNORED:
            column.remark = "没有认出，不导入"
    for name in missing(layout.mapping):
        layout.problems.append(name)


def missing(mapping: dict[int, str]) -> list[str]:
    """What a mapping lacks, as sentences."""
    found = set(mapping.values())
    problems = []
    if "name" not in found:
        problems.append("没有找到“姓名”列")
    if "address" not in found and "room" not in found:
        problems.append("没有找到“住址”列，也没有“楼栋、单元、房号”列")
    if found.isdisjoint(("id_number", "born_on", "born_year")):
        problems.append("没有找到“身份证号”列，也没有“出生日期”列")
    double = [LABELS[n] for n, k in Counter(mapping.values()).items() if k > 1 and n not in SEVERAL]
    problems += [f"“{label}”对应了几列，请只留一列" for label in double]
    return problems


def _looks_like(values: list) -> str:
    if len(values) < 1:
        return ""
    texts = [unicodedata.normalize("NFKC", "".join(text_of(value).split())) for value in values]
    if sum(1 for t in texts if _ID.fullmatch(t)) * 2 > len(texts):
        return "id_number"
    if sum(1 for t in texts if _MOBILE.fullmatch(t.replace("-", ""))) * 2 > len(texts):
        return "phone"
    return ""


def _has_values(column: Column, sample) -> bool:
    return any(not is_blank(row[column.index]) for row in sample if column.index < len(row))


def _keep_best(columns: list[Column]) -> list[Column]:
    """Keep the surest column of a field; returns the others."""
    best = max(columns, key=lambda column: (column.score, -column.index))
    for column in columns:
        if column is not best:
            column.remark = f"与“{best.heading}”重复，不导入"
            column.field = ""
    return [column for column in columns if column is not best]


def _birth_in_parts(layout: Layout) -> None:
    """月 and 日 right of 出生年份; parts beside a whole date are not needed, and without a
    year 出生日 is the date."""
    found = {column.field: column for column in layout.columns}
    year, parts = found.get("born_year"), [f for f in BIRTH_PARTS.values() if f in found]
    if "born_on" in found:
        for name in parts:
            found[name].field, found[name].remark = "", "已有出生日期列，不导入"
    elif year is None and "born_day" in found:
        found["born_day"].field = "born_on"
    elif year is not None:
        for column in layout.columns:
            name = BIRTH_PARTS.get(plain(column.heading))
            if name and name not in found and 0 < column.index - year.index < 3:
                column.field, column.remark = name, ""


def _door_beside_building(layout: Layout, sample) -> None:
    """门牌号 or 户号 beside 楼号 is the room, where nothing but room numbers stands in it."""
    found = {column.field: column for column in layout.columns}
    if "building" not in found or "room" in found:
        return
    name = "address" if "address" in found else "household_number"
    door, form = found.get(name), _ROOM if name == "address" else _LONG_ROOM
    if door is None:
        return
    values = [text_of(row[door.index]) for row in sample if not is_blank(row[door.index])]
    if values and all(form.fullmatch(value.upper()) for value in values):
        door.field, door.remark = "room", "按内容认作房号"


def _prefer_columns_over_text(layout: Layout, found: set[str]) -> None:
    """住址 above 楼栋, 单元, 房号 is a group word, not a column of its own."""
    if "room" in found and "building" in found:
        for column in layout.columns:
            if column.field == "address" and column.score < 100:
                column.field, column.remark = "", "已有楼栋、单元、房号列，不导入"
