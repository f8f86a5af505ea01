"""Pages of incidents: board, report, one incident and its moves."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import actions
from grids.forms.incidents import IncidentForm, MoveForm
from grids.incidents.alike import alike
from grids.incidents.board import board
from grids.incidents.link import is_open_to
from grids.incidents.moves import MOVES, TOLD, leads_on, moves_for
from grids.incidents.routing import route
from grids.models import FileKind, Incident
from grids.views.steps import community_of
from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.crypto import unseal
from portal.core.errors import Conflict, DomainError
from portal.core.files import file_read
from portal.core.forms import refuse
from portal.core.once import once
from portal.core.workdays import missing_words

form_page = require_http_methods(["GET", "POST"])
CALL_REASONS = [("contact", "电话回访"), ("service", "了解情况")]
SEALED_OFF = "sandbox; default-src 'none'; style-src 'none'"


@require_GET
@allow(Permission.INCIDENT_VIEW)
def incident_board(request):
    """Open incidents by state and age; every figure opens its rows."""
    access, tenant = access_of(request.user), request.tenant.id
    may_set = access.can(Permission.STAFF_UPDATE, tenant)
    context = {
        **board(_incidents(request), timezone.now()),
        "can_report": access.can(Permission.INCIDENT_REPORT, tenant),
        "can_handle": access.can(Permission.INCIDENT_HANDLE, tenant),
        "warnings": missing_words(timezone.localdate()) if may_set else [],
    }
    return render(request, "grids/incident_board.html", context)


@form_page
@allow(Permission.INCIDENT_REPORT)
@once
def incident_report(request):
    """Take a report down. Look-alikes are shown once before it is saved."""
    community = community_of(request)
    posted, sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, found = IncidentForm(posted, sent, by=request.user, community=community), []
    if posted is not None and form.is_valid():
        values = dict(form.cleaned_data)
        photos = values.pop("files")
        found = _alike(request, community, values)
        seen = set(posted.getlist("seen"))
        if seen >= {str(row.pk) for row in found}:
            try:
                row = actions.incident_report(by=request.user, community=community, values=values,
                                              photos=photos)  # fmt: skip
            except DomainError as error:
                refuse(form, error)
            else:
                messages.success(request, f"已登记事件 {row.number}。")
                return redirect(_after(request, row))
    context = {"form": form, "found": found, "now": timezone.now()}
    return render(request, "grids/incident_report.html", context)


@require_GET
@allow(Permission.INCIDENT_VIEW)
def incident_show(request, incident_id: UUID):
    """Everything about one incident, and what can be done next."""
    row = _incident(request, incident_id)
    if row.reporter_name:
        access_record(request.user, action="incident_view", model="grids.incident", row_id=row.pk,
                      tenant=row.community_id, fields="name")  # fmt: skip
    return render(request, "grids/incident_show.html", _page(request, row))


@form_page
@allow(Permission.INCIDENT_VIEW)
@once
def incident_move(request, incident_id: UUID, move: str):
    """One move with what it needs; whoever was second sees what the first one did."""
    row = _incident(request, incident_id)
    known = MOVES.get(move)
    if known is None or known not in moves_for(request.user, row):
        return _not_now(request, row, known)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = MoveForm(*sent, move=known, by=request.user, incident=row, initial=_start(row, known))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _moved(request, row, known, form)
        except Conflict as conflict:
            form, status = _again(request, known, conflict.row), 409
        except DomainError as error:
            refuse(form, error)
    return render(request, "grids/incident_move.html",
                  {"incident": row, "move": known, "form": form, **_proposal(row, known),
                   "conflict": status == 409}, status=status)  # fmt: skip


@require_POST
@allow(Permission.INCIDENT_CHECK)
def incident_call(request, incident_id: UUID):
    """The reporter's telephone, for one call back: the log row first, then the number."""
    rows = Incident.objects.visible_to(request.user, Permission.INCIDENT_CHECK)
    row = get_object_or_404(rows.filter(community=request.tenant.id), pk=incident_id)
    reason = dict(CALL_REASONS).get(request.POST.get("reason", ""), "电话回访")
    access_record(request.user, action="incident_call", model="grids.incident", row_id=row.pk,
                  tenant=row.community_id, fields="phone", reason=reason)  # fmt: skip
    value = unseal(row.reporter_phone_sealed, f"grids.incident.reporter_phone_sealed:{row.pk}")
    context = {"value": value, "mask": row.reporter_phone_mask, "incident": row}
    page = "_ui/revealed.html" if request.htmx else "grids/incident_call.html"
    return render(request, page, context)


@require_GET
@allow(Permission.INCIDENT_VIEW)
def incident_file(request, incident_id: UUID, file_id: UUID):
    return file_answer(_incident(request, incident_id).files, file_id)


@require_POST
@allow(Permission.INCIDENT_HANDLE)
def incident_link_create(request, incident_id: UUID):
    """The slip with the link and its code; it is shown only now."""
    row = _incident(request, incident_id)
    try:
        link, token = actions.incident_link_create(by=request.user, incident=row)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("grids:incident_show", incident_id=row.pk)
    url = request.build_absolute_uri(reverse("answers:incident_answer", args=[token]))
    code = segno.make(url, error="m").svg_inline(scale=5, border=2, svgclass=None, lineclass=None)
    drawn = mark_safe(code)  # noqa: S308 - drawn by segno from our own address
    context = {"incident": row, "link": link, "url": url, "code": drawn}
    return render(request, "grids/incident_slip.html", context)


@require_POST
@allow(Permission.INCIDENT_HANDLE)
def incident_link_end(request, incident_id: UUID):
    row = _incident(request, incident_id)
    for link in row.links.filter(ended_at=None):
        actions.incident_link_end(by=request.user, link=link)
    messages.success(request, "办理链接已停用。")
    return redirect("grids:incident_show", incident_id=row.pk)


# --- Inside


def file_answer(files, file_id: UUID) -> HttpResponse:
    """A photo or voice note out of an incident's files: fenced in, whatever its bytes are."""
    file = get_object_or_404(files.exclude(key=""), pk=file_id)
    try:
        data = file_read(file.key)
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=file.content_type)
    place = "inline" if file.kind == FileKind.PHOTO else "attachment"
    end = file.content_type.partition("/")[2]
    response.headers["Content-Disposition"] = f'{place}; filename="{file.pk}.{end}"'
    response.headers["Content-Security-Policy"] = SEALED_OFF
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _incidents(request):
    if request.tenant is None:
        raise Http404
    return Incident.objects.visible_to(request.user).filter(community=request.tenant.id)


def _incident(request, incident_id: UUID) -> Incident:
    rows = _incidents(request).select_related(
        "community", "category", "building", "cell", "asset__owner", "asset__maintainer",
        "handler", "parent", "merged_into", "created_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=incident_id)


def _page(request, row: Incident) -> dict:
    moves = moves_for(request.user, row)
    first = moves[0] if moves and moves[0].tone == "primary" else None
    form = None
    if first:
        form = MoveForm(move=first, by=request.user, incident=row, initial=_start(row, first))
    steps = row.steps.select_related("handler", "created_by")
    files = row.files.order_by("created_at")
    can_handle = Permission.INCIDENT_HANDLE
    return {
        "incident": row, "now": timezone.now(), "first": first, "form": form,
        "others": [move for move in moves if move is not first],
        "steps": [(step, TOLD.get(step.move, step.move)) for step in steps],
        "files": [file for file in files if file.key], "awaited": sum(not f.key for f in files),
        "found": _alike(request, row.community, vars(row) | {
            "category": row.category, "building": row.building}, row.pk) if row.is_open else [],
        "merged": row.merged.all(),
        "parts": row.parts.select_related("category", "handler").order_by("number"),
        "reasons": CALL_REASONS, **_proposal(row, first),
        "can_link": is_open_to(row) and access_of(request.user).covers(can_handle, *row.place()),
        "link": row.links.filter(ended_at=None, expires_at__gt=timezone.now()).first(),
        "may_call": access_of(request.user).covers(Permission.INCIDENT_CHECK, *row.place()),
    }  # fmt: skip


def _alike(request, community, values: dict, without=None):
    return alike(
        request.user, community.pk, category=values.get("category"),
        building=values.get("building"), x=values.get("x"), y=values.get("y"), without=without,
    )  # fmt: skip


def _proposal(row: Incident, move) -> dict:
    if move is None or "handler" not in move.needs:
        return {"proposal": None}
    return {"proposal": route(row.community_id, row.category, row.asset)}


def _start(row: Incident, move) -> dict:
    """What the form of a move starts from."""
    proposal = _proposal(row, move)["proposal"]
    return {
        "version": row.version, "category": row.category_id, "asset": row.asset_id,
        "handler": proposal.handler.pk if proposal and proposal.handler else None,
    }  # fmt: skip


def _moved(request, row: Incident, known, form):
    values, photos = form.values(), form.cleaned_data.get("files") or ()
    moved = actions.incident_move(
        by=request.user, incident=row, version=form.cleaned_data["version"], move=known.name,
        values=values, photos=photos,
    )  # fmt: skip
    past = f"{known.past}。反映人不满意，已重新办理" if _came_back(moved, known) else known.past
    messages.success(request, f"事件 {moved.number}：{past}。现在是“{moved.get_state_display()}”。")
    return redirect(_after(request, moved))


def _came_back(moved: Incident, known) -> bool:
    """Closed or rated, and on the desk again: the reporter was unhappy."""
    return known.name in ("close", "rate") and moved.is_open


def _again(request, known, stored: Incident) -> MoveForm:
    """What was typed, on top of the row as it is now."""
    data = request.POST.copy()
    data["version"] = stored.version
    return MoveForm(data, move=known, by=request.user, incident=stored)


def _after(request, row: Incident) -> str:
    """Back to the incident, or to the board for those who may report but not look."""
    if access_of(request.user).covers(Permission.INCIDENT_VIEW, *row.place()):
        return reverse("grids:incident_show", args=[row.pk])
    return reverse("grids:incident_report")


def _not_now(request, row: Incident, known):
    """A move that is not there is missing; one that no longer leads on was made by another."""
    if known is None or known.by_clock or not known.sources or leads_on(row, known):
        raise Http404
    messages.warning(
        request, f"事件 {row.number} 现在是“{row.get_state_display()}”，不能{known.label}。"
    )
    return redirect("grids:incident_show", incident_id=row.pk)
