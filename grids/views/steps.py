"""What the pages of this room share."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from grids.models import Community
from portal.accounts.permissions import Permission
from portal.core import steps

form_page = require_http_methods(["GET", "POST"])


def step(request, form, act, *, saying: str, template: str, done, back: str = "", **context):
    """The kernel's way of a form, with what its page shows besides."""
    return steps.step(request, form, act, saying=saying, template=template, done=done, back=back,
                      context=context)  # fmt: skip


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
