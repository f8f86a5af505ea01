"""The signed link by which a handler without an account answers for one incident.

The token has 256 bits, is shown once and kept as a hash. A wrong, an ended and an expired
one are answered alike.
"""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from grids.models import Handler, Incident, IncidentLink
from portal.accounts.permissions import Permission
from portal.core.access import Access, Grant

LASTS = timedelta(days=30)


class ByLink:
    """Stands as ``by`` for whoever holds the link: may only what the table opens to links."""

    pk = id = None
    is_authenticated = True
    is_active = True

    def __init__(self, handler: Handler):
        self.name = self.username = f"{handler.name}（链接）"
        grant = Grant(frozenset({str(Permission.INCIDENT_HANDLE)}), handler.community_id)
        self.access = Access((grant,))


def token_fresh() -> tuple[str, str]:
    """(token, hash of it)"""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(token: str) -> IncidentLink | None:
    """The link that is in force; None for every other token."""
    rows = IncidentLink.objects.select_related(
        "handler", "incident__category", "incident__building", "incident__handler"
    )
    row = rows.filter(token_hash=token_hash(token)).first()
    in_force = row and row.ended_at is None and row.expires_at > timezone.now()
    return row if in_force and row.handler_id == row.incident.handler_id else None


def is_open_to(incident: Incident) -> bool:
    """Whether a link can be made: it lies with a handler."""
    return incident.handler_id is not None and incident.is_open
