"""The ledger of residents (居民台账) as a kind of import."""

import re
import unicodedata
from uuid import UUID

from django.utils import timezone

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.imports import CHANGED, REFUSED, ImportKind, SheetFound, register
from portal.core.imports.undo import Undo
from portal.core.workbooks import Sheet, Workbook, rows_refuse
from residents import idnumbers, phones
from residents.imports.columns import Table, table_read
from residents.imports.headings import LABELS, REASON
from residents.imports.packed import pack, unpack
from residents.imports.plan import Plan, plan_make
from residents.imports.recognise import Layout, missing, recognise
from residents.imports.rows import ADDRESS_FIELDS, DITTO, LONGEST_TITLE
from residents.imports.state import State
from residents.imports.values import is_blank, text_of
from residents.imports.words import community_stem, words_name
from residents.imports.write import plan_write

SAMPLES, SAMPLED = 3, 500  # how many different cells, of how many rows
COVERED = {
    Permission.PARTY_VIEW: {"party_kind", "political"},
    Permission.DISABILITY_VIEW: {"disability", "disability_category", "disability_grade"},
    Permission.CARE_VIEW: {"low_income", "living_alone"},
}
TAGGED = {"low_income", "living_alone", "disability_category", "disability_grade"}


def sheets(book: Workbook, tenant: UUID, only: str = "") -> list[SheetFound]:
    """The sheets (or one of them) that hold such a ledger, that of this community first."""
    own, code = Community.objects.values_list("name", "code").get(pk=tenant)
    others = list(Community.objects.exclude(pk=tenant).values_list("name", flat=True))
    found, empty = [], []
    for name in [only] if only else book.sheet_names:
        sheet = book.sheet(name)
        layout = recognise(sheet.rows, sheet.merged)
        if layout is not None:
            has_rows = any(map(any, sheet.rows[layout.first_row :]))
            one = _found(sheet, layout, own, others)
            if name.strip() in (own, community_stem(own), code):
                one.score += 1000  # called by its name and nothing else
            (found if has_rows else empty).append(one)
    return sorted(found or empty, key=lambda sheet: -sheet.score)


def _found(sheet: Sheet, layout: Layout, own: str, others: list[str]) -> SheetFound:
    warnings, score = list(layout.warnings), len(layout.mapping)
    above = [text_of(cell) for row in sheet.rows[: layout.header_rows[0]] for cell in row]
    title = " ".join(text for text in above if len(text) <= LONGEST_TITLE)
    words = f"{sheet.name} {title}"
    if words_name(sheet.name, own):
        score += 2000
    elif words_name(title, own):
        score += 1000
    elif named := [name for name in others if words_name(words, name)]:
        score -= 1000
        warnings.append(f"工作表“{sheet.name}”写的是“{named[0]}”，不是“{own}”，请核对")
    elif other := re.search(r"([\u4e00-\u9fff]{2,12}?)(?:社区|居委会)", words):
        warnings.append(f"工作表“{sheet.name}”的标题是“{other[0]}”，不是“{own}”，请核对")
    if sheet.hidden:
        warnings.append(f"有 {sheet.hidden} 行是隐藏的（可能是筛选），也一并导入")
    columns = [
        {"index": c.index, "heading": c.heading, "field": c.field, "remark": c.remark,
         "samples": _samples(sheet.rows[layout.first_row :], c.index, c.field)}
        for c in layout.columns
        if c.heading or c.field
    ]  # fmt: skip
    return SheetFound(sheet.name, layout.title, layout.first_row, columns, layout.signature,
                      layout.problems, warnings, score)  # fmt: skip


def _samples(rows: list[list], index: int, field: str) -> list[str]:
    """A few different cells, as they may be shown."""
    values: dict[str, str] = {}
    for row in rows[:SAMPLED]:
        if index < len(row) and not is_blank(row[index]):
            text = text_of(row[index])
            values.setdefault(text, masked(text, field))
            if len(values) == SAMPLES:
                break
    return list(dict.fromkeys(values.values()))


def masked(text: str, field: str) -> str:
    """A cell as a page may show it: numbers and telephones covered, whatever the column."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    if field == "id_number" or len(digits) >= 15:
        return idnumbers.mask(text)
    if field == "phone" or re.fullmatch(r"1[3-9]\d{9}", digits):
        return phones.mask(digits) if len(digits) >= 7 else "*" * len(text)
    if field in ("born_month", "born_day"):
        return "*" * len(text)
    if field == "born_on":
        return text[:4] + "*" * max(0, len(text) - 4)
    return text[:30]


def read(sheet: Sheet, found: SheetFound, mapping: dict[int, str]) -> Table:
    """Check the cells; knows nothing of what is stored. Raises WorkbookError."""
    table = table_read(sheet, found.first_row, mapping, found.headings, timezone.localdate())
    rows_refuse(sheet.name, len(table))
    return table


def plan(table: Table, tenant: UUID, options: dict) -> "LedgerPlan":
    """Compare with what is stored."""
    fields = set(table.columns)
    state = State(tenant, bool(fields & TAGGED), "party_kind" in fields)
    return LedgerPlan(plan_make(table, state, bool(options.get("create_places"))))


def write(by, ledger_plan: "LedgerPlan", progress=None) -> Undo:
    return plan_write(by, ledger_plan.plan, timezone.localdate(), progress)


def covered(access, tenant: UUID) -> frozenset[str]:
    """Fields of a class of their own, for people without its permission."""
    fields = set()
    for permission, names in COVERED.items():
        if not access.can(permission, tenant):
            fields |= names
    return frozenset(fields)


class LedgerPlan:
    """A plan as the kernel shows, compares and writes it."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.counts = plan.counts()
        self.digest = plan.digest()
        self.notes = plan.table.notes

    def preview(self) -> list[list]:
        """[row number, outcome, name, address, [[field, label, old, new]], [texts]] a row."""
        plan, table = self.plan, self.plan.table
        warnings: dict[int, list[str]] = {}
        for index, heading, text in table.warnings:
            warnings.setdefault(index, []).append(f"{heading}：{text}" if heading else text)
        rows = []
        names, addresses = table.columns["name"], table.columns["address"]
        for index, outcome in enumerate(plan.outcomes):
            texts = warnings.get(index, [])
            changes = plan.changes.get(index, []) if outcome == CHANGED else []
            reasons = table.errors.get(index, []) if outcome == REFUSED else []
            rows.append([
                table.numbers[index], outcome, names[index] or "",
                addresses[index].key if addresses[index] else "",
                [list(change) for change in changes], [list(reason) for reason in reasons], texts,
            ])  # fmt: skip
        return rows

    def refused(self) -> list[dict]:
        """One entry a refused row: the first reason decides the column."""
        table = self.plan.table
        return [
            {"row": table.numbers[index], "column": table.errors[index][0][0],
             "reason": "；".join(dict.fromkeys(text for _, text in table.errors[index]))}
            for index, outcome in enumerate(self.plan.outcomes)
            if outcome == REFUSED
        ]  # fmt: skip

    def warnings(self) -> list[dict]:
        table = self.plan.table
        return [
            {"row": table.numbers[index], "column": heading, "reason": text}
            for index, heading, text in table.warnings
            if index < len(self.plan.outcomes) and self.plan.outcomes[index] != REFUSED
        ]

    def refused_cells(self, sheet: Sheet, found: SheetFound, mapping: dict[int, str]):
        """(headings, rows of cells with the reason last) of what was not taken."""
        table, columns = self.plan.table, [column["index"] for column in found.columns]
        headings = [column["heading"] for column in found.columns] + [REASON]
        place = next((i for i, name in mapping.items() if name == "address"), None)
        parts = {name: i for i, name in mapping.items() if name in ADDRESS_FIELDS}
        rows = []
        for index, outcome in enumerate(self.plan.outcomes):
            if outcome != REFUSED:
                continue
            cells = list(sheet.rows[table.numbers[index] - 1])
            _write_place(cells, table.columns["address"][index], place, parts)
            reason = "；".join(f"{h}：{text}" if h else text for h, text in table.errors[index])
            rows.append([cells[i] for i in columns] + [reason])
        return headings, rows


def _write_place(cells: list, address, place: int | None, parts: dict[str, int]) -> None:
    """A member's row goes alone into the file to mend: it gets the address of its head."""
    if address is None:
        return
    if place is not None and _says_nothing(cells[place]):
        cells[place] = address.key
    elif "room" in parts and "building" not in parts and place is None:
        cells[parts["room"]] = address.key  # the building stood in a title
    elif "room" in parts and _says_nothing(cells[parts["room"]]):
        for name in ("building", "entrance", "room"):
            if name in parts:
                cells[parts[name]] = getattr(address, name)


def _says_nothing(cell) -> bool:
    return is_blank(cell) or text_of(cell) in DITTO


RESIDENTS = register(
    ImportKind(
        "residents",
        "居民台账",
        Permission.IMPORT_RUN,
        LABELS,
        sheets,
        missing,
        read,
        pack,
        unpack,
        plan,
        write,
        covered,
    )
)
