"""What the pages of this room share."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from portal.core import steps

FORM = "duty/form.html"

form_page = require_http_methods(["GET", "POST"])


def tenant_of(request) -> UUID:
    """The community at work; 404 for people without one."""
    if request.tenant is None:
        raise Http404
    return request.tenant.id


def find(request, model, key: UUID, *related: str):
    """The row among those that the person may see, in the community at work; else 404."""
    rows = model.objects.visible_to(request.user).select_related(*related or (None,))
    return get_object_or_404(rows.filter(community=tenant_of(request)), pk=key)


def posted(request):
    return request.POST if request.method == "POST" else None


def step(request, form, act, *, saying: str, title: str, done, back: str, verb: str = "保存",
         lead: str = "", template: str = FORM, **context):  # fmt: skip
    """The kernel's way of a form on this room's form page."""
    context |= {"title": title, "verb": verb, "lead": lead}
    return steps.step(request, form, act, saying=saying, template=template, done=done, back=back,
                      context=context)  # fmt: skip
