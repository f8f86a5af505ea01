"""Ledgers: P6 against ready rows and against django-import-export, P7 memory."""

import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import xlsxwriter
from django.db import connection, transaction

from bench.harness import Line, paired
from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.imports import kind_of
from portal.core.imports.runs import import_apply, sheet_open
from portal.core.models import ImportRun
from residents import codes, idnumbers
from residents.models import Resident

CODE = "150399990002"
ROUNDS = 5
PEER_ROWS = 700
HEADINGS = ("网格", "楼栋", "单元", "房号", "与户主关系", "姓名", "性别", "民族", "身份证号码",
            "联系电话", "文化程度", "婚姻状况", "政治面貌", "备注")  # fmt: skip
TABLES = ("grids_gridcell", "grids_building", "grids_dwelling", "residents_household",
          "residents_resident", "residents_stay")  # fmt: skip


class _Back(Exception):
    """Ends a measured transaction without keeping it."""


def run(context) -> Iterator[Line]:
    rows = ledger_rows(context.community)
    data = workbook(rows)
    tenant = empty_community().pk
    ready: dict[str, object] = {}
    imported(data, tenant, lambda: ready.update(ready_rows(tenant)))
    found = paired(lambda: written(ready), lambda: imported(data, tenant), rounds=ROUNDS)
    is_served = connection.vendor == "postgresql"
    limit, must = ("COPY of ready rows", 0.25) if is_served else ("executemany of ready rows", 0.30)
    note = f"{len(rows) / found.ours:,.0f} rows a second"
    yield Line("P6", f"import of {len(rows):,} rows ÷ {limit}", 1 / found.ratio, must, ">=",
               note=note)  # fmt: skip
    yield from peer(rows, data, tenant)
    yield memory(context)


def peer(rows: list, data: bytes, tenant) -> Iterator[Line]:
    """The same people through django-import-export in its bulk mode, per row."""
    try:
        from bench.peer import peer_import
    except ImportError:
        return
    few = workbook(rows[:PEER_ROWS])
    found = paired(lambda: imported(data, tenant), lambda: peer_import(few, tenant), rounds=3)
    faster = (found.ours / PEER_ROWS) / (found.limit / len(rows))
    yield Line("P6", "… times as fast a row as django-import-export in bulk", faster, 30, ">=")


def memory(context) -> Line:
    """How far a process grows while it imports a community's ledger."""
    command = [sys.executable, "-m", "bench.import_memory", str(context.community.pk)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return Line("P7", "memory of an import of a community", float(done.stdout), 40, unit="MiB")


def imported(data: bytes, tenant, before_end=lambda: None) -> None:
    """Everything from bytes to tables and audit row, then rolled back."""
    kind = kind_of("residents")
    try:
        with transaction.atomic():
            sheet, found, _ = sheet_open(kind, data, "a.xlsx", tenant)
            run = ImportRun(kind=kind.name, tenant=tenant, file_name="a.xlsx", sheet=found.name,
                            file_hash="", options={"create_places": True})  # fmt: skip
            import_apply(by=SYSTEM, run=run, table=kind.read(sheet, found, found.mapping))
            before_end()
            raise _Back
    except _Back:
        pass


def ready_rows(tenant) -> dict[str, object]:
    """What the import wrote, as the limit's input: COPY text, or tuples."""
    found: dict[str, object] = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            rows = f"SELECT * FROM {table} WHERE community_id = %s"  # noqa: S608 - names from above
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY ({rows}) TO STDOUT", [tenant]) as copy:
                    found[table] = b"".join(map(bytes, copy))
            else:
                cursor.execute(rows, [tenant.hex])
                found[table] = cursor.fetchall()
    return found


def written(ready: dict[str, object]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in ready.items():
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
                else:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
            raise _Back
    except _Back:
        pass


def empty_community() -> Community:
    return Community.objects.get_or_create(code=CODE, defaults={"name": "台账社区"})[0]


def ledger_rows(community) -> list[tuple]:
    """The community's people as a committee writes them, in the order of their doors; their
    numbers and telephones are made up, so no key is needed."""
    rows: list[tuple] = []
    serials: Counter = Counter()
    people = Resident.objects.filter(community=community, status="living")
    people = people.select_related("cell", "household__dwelling__building")
    for person in people.order_by("addr_sort", "household_id", "relation"):
        home = person.household.dwelling
        day = f"{person.born_on:%Y%m%d}"
        is_male = person.sex == "1"
        serials[day, is_male] += 1
        body = f"150399{day}{2 * serials[day, is_male] + is_male:03}"
        rows.append((
            person.cell.name if person.cell else "", f"{home.building.number}号楼",
            f"{home.entrance}单元" if home.entrance else "", home.room,
            codes.label("relation", person.relation), person.name,
            codes.label("sex", person.sex), codes.label("ethnic", person.ethnicity),
            body + idnumbers.check_character(body), f"139{len(rows):08}",
            codes.label("education", person.education),
            codes.label("marital", person.marital), codes.label("political", person.political),
            person.note,
        ))  # fmt: skip
    return rows


def workbook(rows: list[tuple]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("台账社区")
    for number, row in enumerate([HEADINGS, *rows]):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    book.close()
    return buffer.getvalue()
