"""Pages of the figures: dashboard, communities side by side, catalogue."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import SIGNED_IN, access_of, allow
from portal.core.context import pages_open
from portal.core.indicators import (
    CATALOGUE,
    figures,
    indicator_named,
    indicators,
    scope_of,
)
from portal.reports import catalogue
from portal.reports.dashboard import (
    COMPARED,
    Dashboard,
    cells_compared,
    communities_compared,
)
from portal.reports.first_steps import first_steps
from portal.reports.forms import DayForm
from portal.reports.links import tile


@require_GET
@allow(SIGNED_IN)
def dashboard(request):
    """The first page; people without figures go on to the first page that is theirs."""
    scope = _scope(request)
    if scope is None:
        return redirect(_first_page(request))
    day, access = DayForm(request.GET), access_of(request.user)
    is_today = day.day == timezone.localdate()
    shown = Dashboard(request.user, scope, day.day, is_today).context()
    return render(request, "reports/dashboard.html", {
        "day": day, "on": day.day, "is_today": is_today, "tabs": _tabs(request, "dashboard"),
        "first_steps": is_today and first_steps(request.user, access, scope.tenant,
                                                shown["is_empty"]),
        "may_open": access.can(Permission.RESIDENT_VIEW, scope.tenant),
        "is_part": scope.parts is not None, **shown,
    })  # fmt: skip


@require_GET
@allow(Permission.FIGURES_VIEW)
def community_compare(request):
    """All communities whose figures the person may see, side by side."""
    access = access_of(request.user)
    tenants = {t: access.names[t] for t in access.reach(Permission.FIGURES_VIEW)[0]}
    if len(tenants) < 2:
        raise Http404
    day = DayForm(request.GET)
    return render(request, "reports/community_compare.html", {
        "day": day, "on": day.day, "tabs": _tabs(request, "community_compare"),
        **communities_compared(tenants, day.day, COMPARED),
    })  # fmt: skip


@require_GET
@allow(Permission.FIGURES_VIEW)
def indicator_list(request):
    """Every figure of the day with its definition; ``?file=xlsx`` takes them home."""
    day = DayForm(request.GET)
    if request.GET.get("file") in catalogue.FILES:
        return catalogue.file_response(_scope(request), day.day, request.GET["file"])
    found = figures(_scope(request), day.day)
    tiles = [tile(request.user, request.tenant.id, day.day, figure) for figure in found.values()]
    return render(request, "reports/indicator_list.html", {
        "day": day, "on": day.day, "groups": catalogue.grouped(tiles),
    })  # fmt: skip


@require_GET
@allow(Permission.FIGURES_VIEW)
def indicator_show(request, code: str):
    """What a figure means, its value, the cells and the last twelve months."""
    if code not in {known.code for known in indicators(CATALOGUE)}:
        raise Http404
    scope, day, known = _scope(request), DayForm(request.GET), indicator_named(code)
    return render(request, "reports/indicator_show.html", {
        "day": day, "on": day.day, "known": known,
        "cells": cells_compared(request.user, scope, day.day, [code]),
        "has_cells": known.has_parts(scope, day.day),
        "months": catalogue.months(scope, day.day, known),
    })  # fmt: skip


def _scope(request):
    tenant = request.tenant.id if request.tenant else None
    return scope_of(request.user, Permission.FIGURES_VIEW, tenant)


def _first_page(request) -> str:
    """The first entry of the person's menu."""
    pages = (url for url in pages_open(request, access_of(request.user)) if url != request.path)
    return next(pages, reverse("core:inbox"))


def _tabs(request, here: str) -> list[dict]:
    """One community or all of them; nothing to choose with one."""
    if len(access_of(request.user).reach(Permission.FIGURES_VIEW)[0]) < 2:
        return []
    names = {"dashboard": request.tenant.name, "community_compare": "社区对比"}
    return [
        {"label": label, "url": reverse(f"reports:{name}"), "active": name == here}
        for name, label in names.items()
    ]
