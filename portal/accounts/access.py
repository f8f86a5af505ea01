"""From memberships to grants. The grants stand on the user row, so that a request needs
one query to know who is there and what they may do; each grant keeps its own period."""

from datetime import date
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from portal.accounts.models import Membership, User
from portal.accounts.permissions import ROLES, Role
from portal.core.access import Access, Grant


def access_of(user: User) -> Access:
    """The access of a user today; kept on the user object for the request."""
    today = timezone.localdate()
    known = getattr(user, "_access", None)
    if known is None or known[0] != today:
        known = user._access = (today, _access(user.grants, today))
    return known[1]


def access_rebuild(user: User) -> None:
    """Write the user's grants anew from the memberships (inside the caller's transaction)."""
    user.grants = [
        grant
        for membership in user.memberships.select_related("community", "street")
        for grant in _grants(membership)
    ]
    user._access = None
    User.objects.filter(pk=user.pk).update(grants=user.grants)


def access_rebuild_street(street_id: UUID) -> None:
    """A community was added to a street: its street-office people see it too."""
    for user in User.objects.filter(memberships__street_id=street_id).distinct():
        access_rebuild(user)


def role_names(user: User, on: date | None = None) -> list[str]:
    """The names of the roles a person holds on a day."""
    today = (on or timezone.localdate()).isoformat()
    held = [g["role"] for g in user.grants if _current(g, today)]
    return [Role(role).label for role in dict.fromkeys(held)]


def _grants(membership: Membership) -> list[dict]:
    base = {
        "role": membership.role,
        "from": membership.from_on.isoformat(),
        "to": membership.to_on.isoformat() if membership.to_on else None,
        "tenant": None,
        "parts": None,
    }
    if membership.street_id:
        communities = apps.get_model("grids", "Community").objects.filter(
            street_id=membership.street_id
        )
        return [{**base, "tenant": str(c.pk), "name": c.name} for c in communities]
    if membership.community_id:
        base |= {"tenant": str(membership.community_id), "name": membership.community.name}
        if membership.needs_cells:
            base["parts"] = [str(key) for key in membership.cells.values_list("pk", flat=True)]
    return [base]


def _access(stored: list[dict], today: date) -> Access:
    grants, everywhere, names = [], set(), {}
    day = today.isoformat()
    for grant in stored:
        if not _current(grant, day):
            continue
        permissions = frozenset(str(p) for p in ROLES[grant["role"]])
        if grant["tenant"] is None:
            everywhere |= permissions
            continue
        tenant = UUID(grant["tenant"])
        parts = None if grant["parts"] is None else frozenset(map(UUID, grant["parts"]))
        grants.append(Grant(permissions, tenant, parts))
        names[tenant] = grant["name"]
    return Access(tuple(grants), frozenset(everywhere), names)


def _current(grant: dict, day: str) -> bool:
    return grant["from"] <= day and (grant["to"] is None or day <= grant["to"])
