"""The load of the cells side by side, and a proposal before anything changes."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids.actions import cells_rebalance
from grids.balance import HIGH, LOW
from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.errors import DomainError
from portal.core.once import once
from residents.workload import division_of, loads_of

STALE = "计算以后楼栋、住户或网格有了变化，方案已重新计算，请再核对。没有改动任何网格。"


class CountForm(forms.Form):
    count = forms.IntegerField(label="网格个数", min_value=1, max_value=99, required=False)


class ApplyForm(CountForm):
    digest = forms.CharField(max_length=64)


@require_http_methods(["GET", "POST"])
@allow(Permission.PLACE_UPDATE)
@once
def workload(request):
    """GET shows loads and the proposal; POST puts the shown proposal into force."""
    if request.tenant is None:
        raise Http404
    communities = Community.objects.visible_to(request.user, Permission.PLACE_UPDATE)
    community = get_object_or_404(communities, pk=request.tenant.id)
    today = timezone.localdate()
    form = CountForm(request.GET or None)
    asked = form.cleaned_data["count"] if form.is_bound and form.is_valid() else None
    if request.method == "POST":
        posted = ApplyForm(request.POST)
        asked = posted.cleaned_data.get("count") if posted.is_valid() else None
    division = division_of(request.user, community, today, asked)
    if request.method == "POST":
        if posted.is_valid() and posted.cleaned_data["digest"] == division.digest:
            if _apply(request, community, division):
                return redirect("residents:workload")
        else:
            messages.warning(request, STALE)
    rules, loads = loads_of(community, today)
    return render(request, "residents/workload.html", {
        "rules": rules, "loads": loads, "division": division, "form": form, "low": LOW,
        "high": HIGH, "bars": [_bar(load) for load in loads if load.cell],
    })  # fmt: skip


def _apply(request, community, division) -> bool:
    try:
        count = cells_rebalance(by=request.user, community=community, moves=division.moves())
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, f"已调整 {count} 栋楼的网格，住户和在册居民一起归入。")
    return True


def _bar(load) -> dict:
    return {"label": load.cell.name, "value": load.households, "note": load.verdict}
