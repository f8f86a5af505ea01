"""Who is there: the user that came with the session, if still active."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from portal.accounts.access import role_names


class Authentication(AuthenticationMiddleware):
    """Set ``request.user`` without a query of its own."""

    def process_request(self, request):
        request.user = SimpleLazyObject(lambda: _user_of(request))


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
