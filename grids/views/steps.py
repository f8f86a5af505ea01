"""What the pages of this room share."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core.conflict import conflict_page
from portal.core.errors import Conflict, DomainError
from portal.core.forms import refuse

form_page = require_http_methods(["GET", "POST"])


def step(request, form, act, *, saying: str, template: str, done, back: str = "", **context):
    """form → action → message and redirect; else the page again with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            row = act()
        except Conflict as conflict:
            return conflict_page(request, conflict, form, back=back)
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, saying.format(row=row))
            return redirect(done(row) if callable(done) else done)
    return render(request, template, {"form": form, "back": back, **context})


def community_of(request) -> Community:
    if request.tenant is None:
        raise Http404
    communities = Community.objects.visible_to(request.user, Permission.PLACE_VIEW)
    return get_object_or_404(communities.select_related("street"), pk=request.tenant.id)


def posted(request):
    return request.POST if request.method == "POST" else None


def initial(row, *names) -> dict:
    """Starting values of an update form, with the version they belong to."""
    values = {name.removesuffix("_id"): getattr(row, name) for name in names}
    return values | {"version": row.version}
