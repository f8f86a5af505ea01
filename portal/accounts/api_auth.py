"""Who calls the REST interface: a client with a token, never a signed-in browser.

``Authorization: Bearer <token>``. The token's hash is stored, the token is not. A client
reads one community, whole, within its scopes; using it writes nothing.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from portal.accounts.models import ApiClient
from portal.accounts.permissions import Permission
from portal.core.access import Access, Grant

# What each scope opens. Households and residents are one permission inside the portal and
# two scopes outside of it: a view of the interface asks for its scope by name.
SCOPES: dict[str, frozenset[str]] = {
    "figures": frozenset({Permission.FIGURES_VIEW}),
    "places": frozenset({Permission.PLACE_VIEW}),
    "households": frozenset({Permission.RESIDENT_VIEW}),
    "residents": frozenset({Permission.RESIDENT_VIEW}),
    "visits": frozenset({Permission.VISIT_VIEW}),
    "incidents": frozenset({Permission.INCIDENT_VIEW}),
    "incident_text": frozenset({Permission.INCIDENT_VIEW}),
    "alarms": frozenset({Permission.ALARM_VIEW}),
    "alarm_outcome": frozenset({Permission.ALARM_VIEW}),
    "alarms:write": frozenset({Permission.ALARM_REPORT}),
}
# A prefix and a secret, as djangorestframework-api-key makes them; nothing else gets as far
# as the database.
_TOKEN = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


@dataclass(frozen=True)
class ApiPrincipal:
    """Stands as ``request.user`` and as ``by`` in the access log."""

    client: ApiClient
    is_authenticated = True
    is_active = True
    role_name = "接口"

    @property
    def pk(self) -> UUID:
        return self.client.log_id

    id = pk

    @property
    def name(self) -> str:
        return self.client.name

    username = name

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that the token was given and that still exist."""
        return frozenset(self.client.scopes) & SCOPES.keys()

    @cached_property
    def access(self) -> Access:
        community = self.client.community
        permissions = frozenset().union(*(SCOPES[scope] for scope in self.scopes))
        grant = Grant(permissions, community.pk)
        return Access((grant,), names={community.pk: community.name})


class ApiClientAuthentication(BaseAuthentication):
    """One query, no write. No header: nobody (401 by the view's permission)."""

    message = "接口凭证无效、已停用或已过期。"

    def authenticate(self, request):
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        client = self._client(token.decode("latin-1").strip())
        return ApiPrincipal(client), client

    def authenticate_header(self, request):
        return 'Bearer realm="api"'

    def _client(self, token: str) -> ApiClient:
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed(self.message)
        usable = ApiClient.objects.get_usable_keys().select_related("community")
        client = usable.filter(prefix=token[:8]).first()
        if client is None or client.has_expired or not client.is_valid(token):
            raise AuthenticationFailed(self.message)
        return client
