"""Making and ending the links of handlers without an account."""

from django.utils import timezone

from grids.incidents.link import LASTS, is_open_to, token_fresh
from grids.models import Incident, IncidentLink
from portal.accounts.permissions import Permission
from portal.core.actions import action, require_place, row_create, row_update
from portal.core.errors import DomainError, OutOfScope


@action(Permission.INCIDENT_HANDLE)
def incident_link_create(*, by, incident: Incident) -> tuple[IncidentLink, str]:
    """A fresh link for the present handler, and its token, which is known only now. Earlier
    ones of the incident end."""
    stored = Incident.objects.select_for_update(no_key=True).filter(pk=incident.pk).first()
    if stored is None:
        raise OutOfScope
    require_place(by, stored)
    if not is_open_to(stored):
        raise DomainError("派遣给处置单位以后才能生成办理链接。")
    for row in stored.links.filter(ended_at=None):
        row_update(by, row, row.version, {"ended_at": timezone.now()})
    token, digest = token_fresh()
    link = IncidentLink(incident=stored, handler=stored.handler, token_hash=digest,
                        expires_at=timezone.now() + LASTS)  # fmt: skip
    return row_create(by, link), token


@action(Permission.INCIDENT_HANDLE)
def incident_link_end(*, by, link: IncidentLink) -> IncidentLink:
    """Nobody can answer by it any more."""
    return row_update(by, link, link.version, {"ended_at": timezone.now()})
