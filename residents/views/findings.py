"""Findings that wait for the desk: take them over, or say why not."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from grids.models import GridCell
from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.once import once
from residents import actions
from residents.forms.visits import FindingForm
from residents.models import VisitFinding
from residents.views.steps import find, step, tenant_id
from residents.visits.sheets import FINDINGS_SHOWN, findings_open, found_of, is_shut

LIST = "residents:finding_list"


@require_GET
@allow(Permission.VISIT_VIEW)
def finding_list(request):
    """Open findings with what was typed, with ``?cell=`` those of one cell; opening the page is
    the look that is logged."""
    tenant, cell = tenant_id(request), _cell(request)
    rows = findings_open(request.user, tenant, cell.pk if cell else None)
    rows = list(rows[: FINDINGS_SHOWN + 1])
    shown = [row for row in rows[:FINDINGS_SHOWN] if not is_shut(request.user, row)]
    people = sorted({row.resident_id for row in shown if row.resident_id})
    if shown:
        access_record(
            request.user, action="findings_view", model="residents.visitfinding", tenant=tenant,
            subjects=people, fields="household care phone", count=len(people) or 1,
        )  # fmt: skip
    return render(request, "residents/finding_list.html", {
        "found": found_of(shown), "cell": cell, "more": len(rows) > FINDINGS_SHOWN,
        "may_settle": access_of(request.user).can(Permission.RESIDENT_UPDATE, tenant),
        "hidden": min(len(rows), FINDINGS_SHOWN) - len(shown),
    })  # fmt: skip


def _cell(request) -> GridCell | None:
    """The cell whose findings are asked for; 404 for one that the person does not see."""
    if "cell" not in request.GET:
        return None
    try:
        key = UUID(request.GET["cell"])
    except ValueError as error:
        raise Http404 from error
    return find(request, GridCell.objects.visible_to(request.user, Permission.VISIT_VIEW), key)


@require_POST
@allow(Permission.RESIDENT_UPDATE)
@once
def finding_apply(request, finding_id: UUID):
    finding = _finding(request, finding_id)
    try:
        actions.finding_apply(
            by=request.user, finding=finding, version=_number(request.POST.get("version"))
        )
    except (NotAllowed, OutOfScope):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已更新。")
    return redirect(LIST)


@allow(Permission.RESIDENT_UPDATE)
@once
def finding_dismiss(request, finding_id: UUID):
    finding = _finding(request, finding_id)
    form = FindingForm(request.POST or None, initial={"version": finding.version})

    def act():
        return actions.finding_dismiss(by=request.user, finding=finding, **form.cleaned_data)

    return step(
        request, form, act, saying="已记下，不采纳。", template="residents/record.html",
        title=f"不采纳“{finding.get_kind_display()}”", verb="不采纳", back=_back(), done=_back(),
        household=finding.visit.household,
        lead=f"{finding.visit.household}，{finding.visit.visited_on} 走访时记下。走访记录保留。",
    )  # fmt: skip


def _finding(request, key: UUID) -> VisitFinding:
    rows = VisitFinding.objects.visible_to(request.user, Permission.RESIDENT_UPDATE)
    rows = rows.filter(visit__community=tenant_id(request))
    finding = get_object_or_404(rows.select_related("visit__household", "resident"), pk=key)
    if is_shut(request.user, finding):
        raise NotAllowed
    return finding


def _back() -> str:
    return reverse(LIST)


def _number(text) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
