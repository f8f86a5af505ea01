"""A run's way: upload → columns settled → check (job) → apply (job) → perhaps undo (job).

The check stores what it found; the application plans again inside its own transaction and
refuses when the outcome is no longer what was shown. Everything is written, or nothing.
"""

import hashlib
import zlib
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.core.access import access_of
from portal.core.actions import action, record_change
from portal.core.bulk import statistics_refresh, uncollected
from portal.core.crypto import seal_bytes, unseal_bytes
from portal.core.errors import DomainError, NotAllowed
from portal.core.files import file_read, file_write
from portal.core.imports import CHANGED, REFUSED, SAME, ImportKind, SheetFound, kind_of
from portal.core.imports.refused import refused_write
from portal.core.imports.undo import Returned, Undo, UndoRefused, undo_run
from portal.core.jobs import fence, job, job_start, result_store
from portal.core.models import ImportMapping, ImportRun, ImportState, Job
from portal.core.workbooks import Sheet, WorkbookError, workbook_open

IMPORT_RUN = "IMPORT_RUN"
KEPT = timedelta(days=30)  # how long an import can be undone
MANY = 1000  # rows written to a table after which the planner's statistics are of no use
WAITS = timedelta(days=7)  # how long an upload waits for somebody to go on with it
STALE = "检查以后数据有了变化，请重新检查，核对后再写入。没有写入任何内容。"
FASTER = "写入时发现有人刚刚登记了表中的居民或房屋，请重新检查。没有写入任何内容。"
UNDO_LATER = (
    "后来的导入“{}”用到了这一次导入的内容，请先撤销后来的，再撤销这一次。没有改动任何内容。"
)
GONE = "上传的文件已按规定删除，请重新上传。"
MODEL = "core.importrun"


@action(IMPORT_RUN)
def import_upload(*, by, kind: ImportKind, tenant: UUID, name: str, data: bytes) -> ImportRun:
    """Keep a file sealed, with its columns as recognised or as settled last time.

    Raises WorkbookError when the file cannot be used.
    """
    _require(by, tenant)
    found = sheets_found(kind, data, name, tenant)[0]
    run = ImportRun(
        kind=kind.name, tenant=tenant, owner=by, file_name=name[:200], sheet=found.name,
        mapping=mapping_suggested(kind, tenant, found), file_hash=file_hash(data),
        options={"create_places": True},
    )  # fmt: skip
    run.file_key = file_write(data, "uploads")
    run.save(force_insert=True)
    record_change(by=by, model=MODEL, row_id=run.pk, tenant=tenant,
                  after={"file": run.file_hash, "bytes": len(data)})  # fmt: skip
    return run


@action(IMPORT_RUN)
def import_check(*, by, run: ImportRun, sheet: str, mapping: dict[int, str], options: dict) -> Job:
    """Settle sheet and columns, remember them for this source, start the check."""
    run = _locked(by, run, ImportState.UPLOADED, ImportState.CHECKED)
    _idle(run)
    kind = kind_of(run.kind)
    if problems := kind.missing(mapping):
        raise DomainError("；".join(problems))
    found = sheets_found(kind, _file(run), run.file_name, run.tenant, sheet)[0]
    run.sheet, run.options, run.state = sheet, options, ImportState.UPLOADED
    run.mapping = {str(index): name for index, name in mapping.items()}
    _mapping_remember(run, found, mapping)
    run.job = job_start(by=by, kind="import_check", label=f"检查 {run.file_name}"[:120],
                        params={"run": str(run.pk)}, tenant=run.tenant, url=_page(run))  # fmt: skip
    run.save(update_fields=["sheet", "mapping", "options", "state", "job"])
    record_change(by=by, model=MODEL, row_id=run.pk, tenant=run.tenant, after={"sheet": sheet})
    return run.job


@action(IMPORT_RUN)
def import_start(*, by, run: ImportRun) -> Job:
    """Start writing what the check found."""
    run = _locked(by, run, ImportState.CHECKED)
    return _start(by, run, "import_apply", "导入")


@action(IMPORT_RUN)
def import_undo_start(*, by, run: ImportRun) -> Job:
    """Start taking an applied import back."""
    run = _locked(by, run, ImportState.APPLIED)
    if not run.undo:
        raise DomainError(f"导入已超过 {KEPT.days} 天，不能再整体撤销。")
    return _start(by, run, "import_undo", "撤销导入")


@action(IMPORT_RUN)
def import_apply(*, by, run: ImportRun, table, progress=None, job: Job | None = None):
    """Plan again and write, in one transaction; returns the plan.

    A run that was not saved yet (the command's) is saved along. Raises DomainError.
    """
    if job is not None:
        fence(job)
    if run._state.adding:
        _require(by, run.tenant)
    else:
        run = _locked(by, run, ImportState.CHECKED)
    kind = kind_of(run.kind)
    plan = kind.plan(table, run.tenant, run.options)
    if run.digest and plan.digest != run.digest:
        raise DomainError(STALE)
    undo = kind.write(by, plan, progress)
    if grown := [model for model, rows in undo.sizes().items() if rows >= MANY]:
        transaction.on_commit(lambda: statistics_refresh(grown), robust=True)
    run.undo = seal_bytes(undo.pack(), _place(run, "undo"))
    run.counts, run.digest = {**run.counts, **plan.counts}, plan.digest
    run.state, run.applied_at = ImportState.APPLIED, timezone.now()
    run.save()
    record_change(by=by, model=MODEL, row_id=run.pk, tenant=run.tenant,
                  after={**plan.counts, "digest": plan.digest, "file": run.file_hash})  # fmt: skip
    return plan


@action(IMPORT_RUN)
def import_undo(*, by, run: ImportRun, progress=None, job: Job | None = None) -> int:
    """Take the whole import back; returns the number of rows. Raises DomainError."""
    if job is not None:
        fence(job)
    run = _locked(by, run, ImportState.APPLIED)
    undo, returned = _undo_of(run), Returned()
    for other in _later(run, ImportState.UNDONE):
        returned.unpack(unseal_bytes(other.undo, _place(other, "undo")))
    try:
        count, left = undo_run(undo, by, run.tenant, progress, returned)
    except UndoRefused as error:
        if names := [o.file_name for o in _later(run, ImportState.APPLIED)
                     if not error.rows.isdisjoint(_undo_of(o).touched())]:  # fmt: skip
            raise DomainError(UNDO_LATER.format("”“".join(names[:5]))) from error
        raise
    run.state, run.undone_at = ImportState.UNDONE, timezone.now()
    run.undo = seal_bytes(left.pack(), _place(run, "undo"))
    run.save(update_fields=["state", "undone_at", "undo"])
    record_change(by=by, model=MODEL, row_id=run.pk, tenant=run.tenant, after={"rows": count})
    return count


# --- Jobs


@job("import_check")
@uncollected()
def check_job(row: Job, progress) -> dict:
    run = ImportRun.objects.get(pk=row.params["run"])
    kind, sheet, found, mapping = _opened(run, progress)
    table = kind.read(sheet, found, mapping)
    run.table_key = file_write(kind.pack(table), "uploads")
    progress(6, 10, "与已登记的居民比较")
    plan = kind.plan(table, run.tenant, run.options)
    progress(9, 10, "整理结果")
    notes = [*found.warnings, *plan.notes]
    rows = plan.preview()
    shown = orjson.dumps([rows, notes])
    run.plan = seal_bytes(zlib.compress(shown, 1), _place(run, "plan"))
    run.counts = {**plan.counts, "warnings": len(plan.warnings()) + len(notes),
                  "only": _only_guarded(kind, run.tenant, rows)}  # fmt: skip
    run.digest, run.state = plan.digest, ImportState.CHECKED
    _keep_refused(row, run, plan, sheet, found, mapping)
    with transaction.atomic():
        fence(row)
        run.save(update_fields=["plan", "counts", "digest", "state", "table_key"])
    return _result(run, "检查完毕，请核对结果")


@job("import_apply")
@uncollected()
def apply_job(row: Job, progress) -> dict:
    run = ImportRun.objects.get(pk=row.params["run"])
    refused = _opened(run, progress)[1:] if run.counts.get(REFUSED) else ()
    try:
        table = kind_of(run.kind).unpack(_kept(run.table_key) if run.table_key else b"")
    except ValueError as error:  # checked by an older version
        raise DomainError(STALE) from error
    try:
        plan = import_apply(by=row.owner, run=run, table=table, progress=progress, job=row)
    except IntegrityError as error:
        raise DomainError(FASTER) from error
    if refused:
        _keep_refused(row, run, plan, *refused)
    return _result(run, "已写入")


@job("import_undo")
def undo_job(row: Job, progress) -> dict:
    run = ImportRun.objects.get(pk=row.params["run"])
    import_undo(by=row.owner, run=run, progress=progress, job=row)
    return _result(run, "已撤销整个导入")


# --- Files, sheets, columns


def sheets_found(kind: ImportKind, data: bytes, name: str, tenant: UUID,
                 sheet: str = "") -> list[SheetFound]:  # fmt: skip
    """The sheets with a table of this kind, the likely one first. Raises WorkbookError."""
    return _recognised(kind, workbook_open(data, name), tenant, sheet)


def sheet_open(kind: ImportKind, data: bytes, name: str, tenant: UUID,
               sheet: str = "") -> tuple[Sheet, SheetFound, list[SheetFound]]:  # fmt: skip
    """The chosen (or likely) sheet read, what was recognised in it, and all candidates."""
    book = workbook_open(data, name)
    found = _recognised(kind, book, tenant, sheet)
    return book.sheet(found[0].name), found[0], found


def mapping_suggested(kind: ImportKind, tenant: UUID, found: SheetFound) -> dict[str, str]:
    """Column index → field: as settled last time for these headings, else as recognised."""
    kept = ImportMapping.objects.filter(
        kind=kind.name, tenant=tenant, signature=_signature(found)
    ).first()
    if kept is None:
        return {str(index): name for index, name in found.mapping.items()}
    columns = ((str(c["index"]), kept.columns.get(c["heading"], "")) for c in found.columns)
    return {index: name for index, name in columns if name}


def preview_of(run: ImportRun) -> tuple[list, list[str]]:
    """(rows of the plan, warnings about the sheet); empty when nothing is kept."""
    if not run.plan:
        return [], []
    return orjson.loads(zlib.decompress(unseal_bytes(run.plan, _place(run, "plan"))))


def covered_for(principal, run: ImportRun) -> frozenset[str]:
    """The fields of which the person may learn nothing."""
    return kind_of(run.kind).covered(access_of(principal), run.tenant)


def rows_open(rows: list, covered: frozenset[str]) -> list:
    """The preview without covered fields: a row that changes nothing else is the same to the
    eye, or whoever brings a guess in a ledger would be told whether it is right."""
    found = []
    for number, outcome, *names, changes, reasons, texts in rows:
        left = [change for change in changes if change[0] not in covered]
        outcome = SAME if changes and not left else outcome
        found.append([number, outcome, *names, left, reasons, texts])
    return found


def counts_open(run: ImportRun, covered: frozenset[str]) -> dict:
    """The counts that agree with ``rows_open``; no number of changes where it is not known."""
    counts = dict(run.counts)
    if covered and counts:
        only = counts.get("only")
        hidden = sum(n for names, n in (only or {}).items() if covered.issuperset(names.split()))
        counts[CHANGED] = None if only is None else counts[CHANGED] - hidden
        counts[SAME] = None if only is None else counts[SAME] + hidden
    return counts


def _only_guarded(kind: ImportKind, tenant: UUID, rows: list) -> dict[str, int]:
    """{names of fields: rows that change only these}, where not everybody may see them."""
    guarded = kind.covered(access_of(None), tenant)
    changed = [{change[0] for change in row[4]} for row in rows if row[1] == CHANGED]
    return Counter(" ".join(sorted(names)) for names in changed if names <= guarded)


def sheets_of(run: ImportRun) -> list[SheetFound]:
    """The recognised sheets of a run's file. Raises DomainError when it is gone."""
    return sheets_found(kind_of(run.kind), _file(run), run.file_name, run.tenant)


def uploads_held() -> frozenset[str]:
    """The keys of the files that a run still waits for."""
    since = timezone.now() - WAITS
    waiting = (ImportState.UPLOADED, ImportState.CHECKED)
    runs = ImportRun.objects.filter(state__in=waiting, created_at__gt=since)
    return frozenset(key for keys in runs.values_list("file_key", "table_key") for key in keys)


def imports_forget() -> int:
    """Drop previews and undo data past their time; returns from how many runs."""
    old = ImportRun.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(plan=b"", undo=b"").update(plan=b"", undo=b"")


def file_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _recognised(kind: ImportKind, book, tenant: UUID, sheet: str) -> list[SheetFound]:
    found = kind.sheets(book, tenant, sheet)
    if not found:
        where = f"工作表“{sheet}”" if sheet else "文件"
        raise WorkbookError(f"在{where}里没有认出{kind.label}的表头，请确认有“姓名”等列标题")
    return found


def _opened(run: ImportRun, progress):
    kind = kind_of(run.kind)
    progress(1, 10, "读取文件")
    data = _file(run)
    sheet, found, _ = sheet_open(kind, data, run.file_name, run.tenant, run.sheet)
    progress(3, 10, "核对每一格")
    return kind, sheet, found, {int(index): name for index, name in run.mapping.items()}


def _file(run: ImportRun) -> bytes:
    return _kept(run.file_key)


def _kept(key: str) -> bytes:
    try:
        return file_read(key)
    except (FileNotFoundError, ValueError) as error:
        raise DomainError(GONE) from error


def _keep_refused(row: Job, run, plan, sheet, found, mapping) -> None:
    """The rows that were not taken, as a workbook to mend and bring again."""
    if not plan.counts[REFUSED]:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "refused.xlsx"
        refused_write(path, *plan.refused_cells(sheet, found, mapping))
        stem = run.file_name.rpartition(".")[0] or run.file_name
        result_store(row, path, f"{stem[:80]}-未导入.xlsx")


def _result(run: ImportRun, text: str) -> dict:
    return {"url": _page(run), "message": text}


def _page(run: ImportRun) -> str:
    return reverse("core:import_show", args=[run.pk])


def _idle(run: ImportRun) -> None:
    """One job at a time: a second "write" would end as a failure beside what was written, a
    new check could change what the first one is about to write."""
    if run.job is not None and not run.job.is_over:
        raise DomainError("这次导入正在进行，请等它结束。")


def _start(by, run: ImportRun, kind: str, verb: str) -> Job:
    _idle(run)
    run.job = job_start(by=by, kind=kind, label=f"{verb} {run.file_name}"[:120],
                        params={"run": str(run.pk)}, tenant=run.tenant, url=_page(run))  # fmt: skip
    run.save(update_fields=["job"])
    record_change(by=by, model=MODEL, row_id=run.pk, tenant=run.tenant, after={"job": kind})
    return run.job


def _require(by, tenant: UUID) -> None:
    """A ledger goes into the whole tenant, so the permission must reach all of it."""
    if not access_of(by).covers(IMPORT_RUN, tenant, None):
        raise NotAllowed


def _locked(by, run: ImportRun, *states: str) -> ImportRun:
    _require(by, run.tenant)
    run = ImportRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if run.state not in states:
        raise DomainError(f"这次导入现在的状态是“{run.get_state_display()}”，不能这样做。")
    return run


def _later(run: ImportRun, state: str):
    """The runs of the tenant that were written after this one, the last first."""
    later = ImportRun.objects.filter(tenant=run.tenant, state=state, applied_at__gt=run.applied_at)
    return later.exclude(undo=b"").order_by("-applied_at")


def _undo_of(run: ImportRun) -> Undo:
    return Undo.unpack(unseal_bytes(run.undo, _place(run, "undo")))


def _mapping_remember(run: ImportRun, found: SheetFound, mapping: dict[int, str]) -> None:
    columns = {c["heading"]: mapping.get(c["index"], "") for c in found.columns}
    ImportMapping.objects.update_or_create(
        kind=run.kind, tenant=run.tenant, signature=_signature(found),
        defaults={"columns": columns, "changed_at": timezone.now()},
    )  # fmt: skip


def _signature(found: SheetFound) -> str:
    return hashlib.sha256(found.signature.encode()).hexdigest()


def _place(run: ImportRun, field: str) -> str:
    return f"core.importrun.{field}:{run.pk}"
