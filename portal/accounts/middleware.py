"""Who is there: the user that came with the session, if still active."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from portal.accounts.access import role_names
from portal.accounts.forms import SignInForm
from portal.core.kept import kept_of, kept_seal


class Authentication(AuthenticationMiddleware):
    """Set ``request.user`` without a query of its own."""

    def process_request(self, request):
        request.user = SimpleLazyObject(lambda: _user_of(request))


class LoginRequired(LoginRequiredMiddleware):
    """Closed by default. A fragment asked for without a session sends the whole page to
    sign-in, instead of putting the sign-in form in the fragment's place. A form that is sent
    after the session ended is kept, sealed, in the sign-in page."""

    def handle_no_permission(self, request, view_func):
        if not request.headers.get("HX-Request"):
            if kept := kept_of(request):
                return sign_in_page(request, kept)
            return super().handle_no_permission(request, view_func)
        try:
            page = urlsplit(request.headers.get("HX-Current-URL", "")).path
        except ValueError:  # no address at all
            page = ""
        target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page}, safe='/')}"
        return HttpResponse(status=401, headers={"HX-Redirect": target})


def sign_in_page(request, kept) -> HttpResponse:
    """The sign-in page in answer to a form, which it keeps."""
    context = {"form": SignInForm(request), "next": "", "kept": kept_seal(kept)}
    return render(request, "accounts/sign_in.html", context, status=401)


def _user_of(request):
    key = request.session.get(SESSION_KEY)
    user = request.session.row_user
    if key is None or user is None or str(user.pk) != key or not user.is_active:
        return AnonymousUser()
    stamp = request.session.get(HASH_SESSION_KEY, "")
    if not constant_time_compare(stamp, user.get_session_auth_hash()):
        request.session.flush()
        return AnonymousUser()
    user.role_name = "、".join(role_names(user))
    return user
