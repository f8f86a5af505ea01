"""Pages of the sweeps: what ran by the clock, and letting it run now."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.core.access import allow
from portal.core.errors import DomainError
from portal.core.models import SweepRun
from portal.core.once import once
from portal.core.sweep_sheets import history_of, overview
from portal.core.sweeps import Sweep, sweep_named, sweeps
from portal.core.sweeps import sweep_run as run_now

SWEEP_RUN = "SWEEP_RUN"
SHOWN = 100


@require_GET
@allow(SWEEP_RUN)
def sweep_list(request):
    """Each sweep with its last run and a picture of the last thirty."""
    return render(request, "core/sweep_list.html", {"rows": [overview(one) for one in sweeps()]})


@require_GET
@allow(SWEEP_RUN)
def sweep_show(request, sweep_key: str):
    """The runs of one sweep, the newest first."""
    one = _known(sweep_key)
    runs = SweepRun.objects.filter(sweep=one.key).select_related("started_by")[:SHOWN]
    context = {"sweep": one, "lines": history_of(one, runs), "shown": SHOWN}
    return render(request, "core/sweep_show.html", context)


@require_POST
@allow(SWEEP_RUN)
@once
def sweep_run(request, sweep_key: str):
    """Let it run now; while it does, a second press only says so."""
    one = _known(sweep_key)
    try:
        run_now(by=request.user, key=one.key, tenant=getattr(request.tenant, "id", None))
    except DomainError as error:
        messages.info(request, error.message)
    else:
        messages.success(request, f"已开始运行“{one.label}”，稍后刷新本页可看到结果。")
    return redirect("core:sweep_list")


def _known(key: str) -> Sweep:
    found = sweep_named(key)
    if found is None:
        raise Http404
    return found
