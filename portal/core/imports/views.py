"""Pages of an import: upload, columns, check with preview, write, result, undo."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.errors import DomainError
from portal.core.imports import CHANGED, NEW, OUTCOMES, REFUSED, SAME, kind_of, kinds, runs
from portal.core.imports.forms import ColumnsForm, UploadForm
from portal.core.imports.runs import (
    IMPORT_RUN,
    KEPT,
    counts_open,
    covered_for,
    mapping_suggested,
    preview_of,
    rows_open,
    sheets_of,
)
from portal.core.jobs import job_progress
from portal.core.models import ImportRun, ImportState
from portal.core.once import once

PAGE = 50
RUNS_SHOWN = 30
STEPS = "上传|核对列|检查|写入|结果"
WARNED = "warned"


@require_GET
@allow(IMPORT_RUN)
def import_list(request):
    """Upload a ledger; earlier imports of this tenant."""
    return _list_page(request, UploadForm())


@require_http_methods(["POST"])
@allow(IMPORT_RUN)
@once
def import_upload(request):
    """Take a file in; a file that cannot be used is refused in one sentence."""
    tenant = _tenant(request)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.import_upload(
                by=request.user, kind=kinds()[0], tenant=tenant, name=file.name, data=file.read()
            )
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("core:import_columns", run_id=run.pk)
    return _list_page(request, form, status=422)


@require_http_methods(["GET", "POST"])
@allow(IMPORT_RUN)
@once
def import_columns(request, run_id: UUID):
    """What each column means; sending it starts the check."""
    run = _run(request, run_id)
    if run.state not in (ImportState.UPLOADED, ImportState.CHECKED):
        return redirect("core:import_show", run_id=run.pk)
    try:
        sheets = sheets_of(run)
    except DomainError as error:
        return render(request, "core/import_gone.html", {"run": run, "error": error.message})
    wanted = request.POST.get("sheet") or request.GET.get("sheet") or run.sheet
    found = next((sheet for sheet in sheets if sheet.name == wanted), sheets[0])
    form = _columns_form(request, run, found)
    if request.method == "POST" and form.is_valid():
        options = {"create_places": form.cleaned_data["create_places"]}
        try:
            runs.import_check(by=request.user, run=run, sheet=found.name, mapping=form.mapping(),
                         options=options)  # fmt: skip
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("core:import_show", run_id=run.pk)
    context = {"run": run, "form": form, "found": found, "sheets": sheets, "steps": STEPS}
    status = 422 if form.is_bound else 200
    return render(request, "core/import_columns.html", context, status=status)


@require_GET
@allow(IMPORT_RUN)
def import_show(request, run_id: UUID):
    """Where the run stands: the job's bar, the preview, or the result."""
    run = _run(request, run_id)
    job = run.job
    if job is not None and not job.is_over:
        context = {"run": run, "job": job, "progress": job_progress(job), "steps": STEPS,
                   "now": _step(run), "is_mine": job.owner_id == request.user.pk}  # fmt: skip
        return render(request, "core/import_wait.html", context)
    if run.state == ImportState.UPLOADED and (job is None or job.state == "done"):
        return redirect("core:import_columns", run_id=run.pk)
    covered = covered_for(request.user, run)
    context = {"run": run, "job": job, "steps": STEPS, "now": _step(run), "kept": KEPT.days,
               "counts": counts_open(run, covered), "unsaid": _unsaid(run, covered),
               "can_undo": run.state == ImportState.APPLIED and bool(run.undo),
               "failed": job is not None and job.state in ("failed", "cancelled")}  # fmt: skip
    return render(request, "core/import_show.html", context | _preview(request, run, covered))


@require_POST
@allow(IMPORT_RUN)
@once
def import_start(request, run_id: UUID):
    """Write what was checked."""
    return _begin(request, run_id, runs.import_start)


@require_http_methods(["GET", "POST"])
@allow(IMPORT_RUN)
@once
def import_undo(request, run_id: UUID):
    """Say what undoing means, then take the whole import back."""
    if request.method == "POST":
        return _begin(request, run_id, runs.import_undo_start)
    run = _run(request, run_id)
    if run.state != ImportState.APPLIED:
        return redirect("core:import_show", run_id=run.pk)
    back = reverse("core:import_show", args=[run.pk])
    counts = counts_open(run, covered_for(request.user, run))
    return render(request, "core/import_undo.html", {"run": run, "counts": counts, "back": back})


def _begin(request, run_id: UUID, begin):
    run = _run(request, run_id)
    try:
        begin(by=request.user, run=run)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("core:import_show", run_id=run.pk)


def _list_page(request, form: UploadForm, status: int = 200):
    tenant = _tenant(request)
    rows = ImportRun.objects.filter(tenant=tenant).select_related("owner").defer("plan", "undo")
    shown = list(rows.order_by("-created_at")[:RUNS_SHOWN])
    for run in shown:
        run.told = counts_open(run, covered_for(request.user, run))
    context = {"form": form, "runs": shown, "steps": STEPS}
    return render(request, "core/import_list.html", context, status=status)


def _columns_form(request, run: ImportRun, found) -> ColumnsForm:
    kind = kind_of(run.kind)
    if request.method == "POST":
        return ColumnsForm(request.POST, kind=kind, found=found)
    mapping = run.mapping
    if found.name != run.sheet:
        mapping = mapping_suggested(kind, run.tenant, found)
    first = {f"column_{index}": name for index, name in mapping.items()}
    first["create_places"] = run.options.get("create_places", False)
    return ColumnsForm(initial=first, kind=kind, found=found)


def _unsaid(run: ImportRun, covered: frozenset[str]) -> str:
    """The columns of the file that are written without a word of what was there before."""
    fields = kind_of(run.kind).fields
    named = (name for name in run.mapping.values() if name in covered)
    return "、".join(fields[name] for name in dict.fromkeys(named))


def _preview(request, run: ImportRun, covered: frozenset[str]) -> dict:
    """One tab, one page of what the check found, without what the person may not see."""
    rows, sheet_warnings = preview_of(run)
    if not rows:
        return {"tabs": [], "rows": [], "sheet_warnings": sheet_warnings}
    rows = rows_open(rows, covered)
    groups = {name: [row for row in rows if row[1] == name] for name in OUTCOMES}
    groups[WARNED] = [row for row in rows if row[6]]
    tab = request.GET.get("tab", "")
    if tab not in groups:
        tab = next((name for name in (REFUSED, CHANGED, NEW, SAME) if groups[name]), NEW)
    page = _number(request.GET.get("page", "1"), -(-len(groups[tab]) // PAGE) or 1)
    shown = groups[tab][(page - 1) * PAGE : page * PAGE]
    access_record(request.user, action="import_show", model="core.importrun", row_id=run.pk,
                  tenant=run.tenant, fields="preview", count=len(shown))  # fmt: skip
    labels = {**OUTCOMES, WARNED: "提醒"}
    return {
        "tabs": [
            {"label": labels[name], "url": f"?tab={name}", "active": name == tab,
             "count": len(groups[name])}
            for name in (NEW, CHANGED, SAME, REFUSED, WARNED)
        ],
        "tab": tab,
        "rows": [_row(row) for row in shown],
        "sheet_warnings": sheet_warnings,
        "page": page,
        "pages": -(-len(groups[tab]) // PAGE) or 1,
    }  # fmt: skip


def _row(row: list) -> dict:
    number, outcome, name, address, changes, reasons, texts = row
    return {
        "number": number, "outcome": OUTCOMES[outcome], "name": name, "address": address,
        "changes": [{"label": label, "old": old, "new": new} for _, label, old, new in changes],
        "reasons": [{"column": column, "text": text} for column, text in reasons],
        "texts": texts,
    }  # fmt: skip


def _number(text: str, last: int) -> int:
    return min(max(int(text), 1), last) if text.isdecimal() and len(text) < 7 else 1


def _step(run: ImportRun) -> int:
    steps = {ImportState.UPLOADED: 3, ImportState.CHECKED: 3}
    if run.job is not None and not run.job.is_over and run.job.kind == "import_apply":
        return 4
    return steps.get(run.state, 5)


def _tenant(request) -> UUID:
    """The tenant of this session; the whole of it must be within reach."""
    tenant = getattr(request.tenant, "id", None)
    if tenant is None or not access_of(request.user).covers(IMPORT_RUN, tenant, None):
        raise PermissionDenied
    return tenant


def _run(request, run_id: UUID) -> ImportRun:
    """A run of a tenant within reach; others do not exist."""
    run = get_object_or_404(ImportRun.objects.select_related("job", "owner"), pk=run_id)
    if not access_of(request.user).covers(IMPORT_RUN, run.tenant, None):
        raise Http404
    return run
