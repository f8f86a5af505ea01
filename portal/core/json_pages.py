"""Views that answer scripts of our own pages: JSON whatever happens, never a redirect."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.csrf import csrf_failure as csrf_page

from portal.core.access import access_of
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.kept import is_from_here, kept_of, kept_page

SIGNED_OUT = "登录已过期，请重新登录。"


def json_page(permission: str, *methods: str, signed_out=None):
    """Mark a view with its permission and methods; refusals become ``{"ok": false, …}``.

    401 signed out, 403 without the permission, 404 out of reach, 422 refused, 405 otherwise.
    ``signed_out(request)`` answers instead of the 401.
    """

    def mark(view):
        @login_not_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in methods:
                return refused(405, "不支持这种请求。", Allow=", ".join(methods))
            if not request.user.is_authenticated:
                return signed_out(request) if signed_out else refused(401, SIGNED_OUT)
            try:
                if not access_of(request.user).can(permission):
                    raise NotAllowed
                return view(request, *args, **kwargs)
            except DomainError as error:
                return refused(status_of(error), error.message, error.field)

        guarded.allowed_permissions = (permission,)
        return guarded

    return mark


def refused(status: int, reason: str, field: str = "", **headers) -> JsonResponse:
    body = {"ok": False, "reason": reason, "field": field}
    return JsonResponse(body, status=status, headers=headers)


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    if isinstance(error, NotAllowed):
        return 403
    return 404 if isinstance(error, OutOfScope) else 422


def csrf_failure(request, reason=""):
    """A script is told to fetch a new token and try again. A person who signed in again in
    another window may send the form once more; else there is the page."""
    if "application/json" in request.headers.get("Accept", ""):
        body = {"ok": False, "again": True, "reason": "页面已过期，正在重新连接。"}
        return JsonResponse(body, status=403)
    kept = kept_of(request) if is_from_here(request) and request.user.is_authenticated else None
    return kept_page(request, kept, status=403) if kept else csrf_page(request, reason=reason)
