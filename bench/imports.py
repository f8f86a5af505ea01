"""Ledgers: P6 against ready rows and against django-import-export, P7 memory.

The import goes into an empty community of the large database, and is rolled back. Ready rows
are what it wrote, as COPY text (PostgreSQL) or tuples (SQLite). Against the library both do
what a person sets going on the pages, one check run and one import, with the same file; our
side is the two jobs as the worker runs them (file unsealed, preview and undo sealed, audit
row). ``bench/peer.py`` says what is given to the library.
"""

import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import xlsxwriter
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from bench.data import user_of
from bench.harness import Line, paired
from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.files import file_delete, file_write
from portal.core.imports import kind_of
from portal.core.imports.runs import (
    apply_job,
    check_job,
    file_hash,
    import_apply,
    mapping_suggested,
    sheet_open,
    sheets_found,
)
from portal.core.models import ImportRun, Job, JobState
from residents import codes, idnumbers
from residents.models import Resident

CODE = "150399990002"
ROUNDS = 5
PEER_ROWS = 2000
HEADINGS = ("网格", "楼栋", "单元", "房号", "与户主关系", "姓名", "性别", "民族", "身份证号码",
            "联系电话", "文化程度", "婚姻状况", "政治面貌", "备注")  # fmt: skip
TABLES = ("grids_gridcell", "grids_building", "grids_dwelling", "residents_household",
          "residents_resident", "residents_stay")  # fmt: skip


class _Back(Exception):
    """Ends a measured transaction without keeping it."""


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that is rolled back at its end."""
    with suppress(_Back), transaction.atomic():
        yield
        raise _Back


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
    yield from peer(rows, tenant)
    yield memory(context)


def peer(rows: list, tenant) -> Iterator[Line]:
    """The same people through django-import-export, check run and import."""
    from bench.peer import ByHandResource, CachedResource, LedgerResource, peer_pass

    data = workbook(rows[:PEER_ROWS])
    asked = upload(data, tenant)

    def theirs(kind, before_end=lambda: None):
        with taken_back():
            peer_pass(kind, data, tenant, is_trial=True)
            peer_pass(kind, data, tenant, is_trial=False)
            before_end()

    for kind, what, must, rounds in (
        (LedgerResource, "times as fast as django-import-export in bulk", 30, 3),
        (CachedResource, "… with its loader for known people (no goal)", None, 1),
        (ByHandResource, "… and with places looked up by hand (no goal)", None, 1),
    ):
        tables: list[list] = []
        theirs(kind, lambda tables=tables: tables.append(outcome(tenant)))
        checked_and_applied(asked, lambda tables=tables: tables.append(outcome(tenant)))
        if tables[0] != tables[1]:
            raise RuntimeError(f"{kind.__name__} writes something else")
        found = paired(lambda: checked_and_applied(asked), partial(theirs, kind), rounds=rounds,
                       warm=False)  # fmt: skip
        note = f"{PEER_ROWS:,} rows, check and import: {found.ours:.1f} → {found.limit:.2f} s"
        yield Line("P6", what, found.ratio, must, ">=", note=note)
    file_delete(asked["file_key"])


def upload(data: bytes, tenant) -> dict:
    """An uploaded file as the page leaves it: sealed, its columns recognised."""
    kind = kind_of("residents")
    found = sheets_found(kind, data, "a.xlsx", tenant)[0]
    return {"kind": kind.name, "tenant": tenant, "file_name": "a.xlsx", "sheet": found.name,
            "owner": user_of(Community.objects.get(pk=tenant)), "file_hash": file_hash(data),
            "mapping": mapping_suggested(kind, tenant, found), "options": {"create_places": True},
            "file_key": file_write(data, "uploads")}  # fmt: skip


def checked_and_applied(asked: dict, before_end=lambda: None) -> None:
    """Both jobs of an uploaded ledger, then rolled back."""
    with taken_back():
        run = ImportRun.objects.create(**asked)
        for kind, handler in (("import_check", check_job), ("import_apply", apply_job)):
            row = Job.objects.create(kind=kind, owner=asked["owner"], tenant=asked["tenant"],
                                     params={"run": str(run.pk)}, state=JobState.RUNNING,
                                     started_at=timezone.now())  # fmt: skip
            handler(row, lambda *told: None)
        before_end()


def outcome(tenant) -> list[tuple]:
    """What an import wrote of people, without what is made anew each time."""
    people = Resident.objects.filter(community=tenant, stays__household=F("household")).values_list(
        "addr_key", "addr_sort", "cell__name", "household__head__name", "relation", "name",
        "initials", "initials_alt", "sex", "born_on", "birth_year", "id_kind", "id_blind",
        "id_mask", "phone_blind", "phone_mask", "phone_tail", "ethnicity", "education",
        "marital", "political", "residence", "note", "household__dwelling__floor",
        "household__dwelling__building__floors", "household__dwelling__building__entrances",
        "stays__kind", "stays__cell__name",
    )  # fmt: skip
    return sorted(people, key=str)


def memory(context) -> Line:
    """How far a process grows while it imports a community's ledger."""
    command = [sys.executable, "-m", "bench.import_memory", str(context.community.pk)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return Line("P7", "memory of an import of a community", float(done.stdout), 40, unit="MiB")


def imported(data: bytes, tenant, before_end=lambda: None) -> None:
    """Everything from bytes to tables and audit row, then rolled back."""
    kind = kind_of("residents")
    with taken_back():
        sheet, found, _ = sheet_open(kind, data, "a.xlsx", tenant)
        run = ImportRun(kind=kind.name, tenant=tenant, file_name="a.xlsx", sheet=found.name,
                        file_hash="", options={"create_places": True})  # fmt: skip
        import_apply(by=SYSTEM, run=run, table=kind.read(sheet, found, found.mapping))
        before_end()


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
    with taken_back(), connection.cursor() as cursor:
        for table, rows in ready.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            else:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


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
