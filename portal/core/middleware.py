"""Where a request comes from, which tenant it works in, and what may be cached."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render

from portal.core.access import access_of
from portal.core.errors import NotAllowed, OutOfScope
from portal.core.origin import origin

SESSION_TENANT = "tenant"


class Tenant:
    """The tenant that the signed-in person works in just now."""

    def __init__(self, key: UUID, name: str):
        self.id = key
        self.name = name

    def __eq__(self, other):
        return getattr(other, "id", None) == self.id


class RequestOrigin:
    """Set ``request.tenant`` and the origin that the logs keep."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = current_tenant(request)
        address = request.META.get("REMOTE_ADDR", "")
        with origin(f"web {address}", getattr(request.user, "role_name", "")):
            return self.get_response(request)


class Refusals:
    """An action's refusal that no view caught: 403 without the permission, and for a row
    out of scope the very answer that a missing row gets. A bare 405 becomes a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request, exception):
        if isinstance(exception, OutOfScope):
            raise Http404 from exception
        if isinstance(exception, NotAllowed):
            raise PermissionDenied from exception


class NoStore:
    """Pages of signed-in people are never kept by a browser or a proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def current_tenant(request) -> Tenant | None:
    """The tenant chosen in this session, else the first one of the person's grants."""
    names = access_of(request.user).names
    if not names:
        return None
    chosen = request.session.get(SESSION_TENANT, "")
    for key, name in names.items():
        if str(key) == chosen:
            return Tenant(key, name)
    return Tenant(*next(iter(names.items())))
