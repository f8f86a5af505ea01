"""What the pages of this room share."""

from django.http import Http404
from django.views.decorators.http import require_http_methods

from portal.core import steps

FORM = "_ui/form_page.html"
form_page = require_http_methods(["GET", "POST"])


def tenant_of(request):
    """The community at work; 404 for people without one."""
    if request.tenant is None:
        raise Http404
    return request.tenant.id


def posted(request):
    return request.POST if request.method == "POST" else None


def step(request, form, act, *, saying: str, title: str, done, back: str, verb: str = "保存",
         lead: str = "", danger: bool = False, crumbs=()):  # fmt: skip
    """The kernel's way of a form on this room's form page; ``crumbs`` are (label, address)."""
    context = {"title": title, "verb": verb, "lead": lead, "danger": danger, "crumbs": crumbs}
    return steps.step(request, form, act, saying=saying, template=FORM, done=done, back=back,
                      context=context)  # fmt: skip
