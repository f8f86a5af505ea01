"""From memberships to grants. The grants stand on the user row, so that a request needs
one query to know who is there and what they may do; each grant keeps its own period."""

from datetime import date
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.models import Membership, User
from portal.accounts.permissions import LOCAL_ROLES, ROLES, Permission, Role
from portal.core.access import NOBODY, Access, Grant
from portal.core.access import access_of as access_of_principal


def access_of(user: User, on: date | None = None) -> Access:
    """The access of a user today, none for a disabled one; kept on the user object. With ``on``
    that of a day: posts that have ended and accounts that were closed since count as they did."""
    if on is not None:
        return _access(user.grants, on)
    if not user.is_active:
        return NOBODY
    today = timezone.localdate()
    known = getattr(user, "_access", None)
    if known is None or known[0] != today:
        known = user._access = (today, _access(user.grants, today))
    return known[1]


def access_rebuild(user: User) -> None:
    """Write the user's grants anew from the memberships (inside the caller's transaction)."""
    user.grants = grants_of(user)
    user._access = None
    User.objects.filter(pk=user.pk).update(grants=user.grants)


def access_rebuild_street(street_id: UUID) -> None:
    """A community was added to a street: its street-office people see it too."""
    _rebuild(User.objects.filter(memberships__street_id=street_id))


def access_rebuild_community(community) -> None:
    """A community got another name, which the grants carry for the page heads."""
    _rebuild(
        User.objects.filter(
            Q(memberships__community_id=community.pk)
            | Q(memberships__street_id=community.street_id, memberships__street__isnull=False)
        )
    )


def grants_of(user: User) -> list[dict]:
    """The grants that the memberships give; the same as ``user.grants`` unless broken."""
    posts = user.memberships.select_related("community").order_by("from_on", "pk")
    return [grant for membership in posts for grant in _grants(membership)]


def roles_given_by(principal) -> list[Role]:
    """The roles that somebody may hand out: a director never one as high as the own."""
    access = access_of_principal(principal)
    if access.total or Permission.STAFF_UPDATE in access.everywhere:
        return list(Role)
    return [Role(role) for role in LOCAL_ROLES] if access.can(Permission.STAFF_UPDATE) else []


def may_manage(principal, user: User) -> bool:
    """Whether somebody may change an account: all its posts, those to come too, must be
    ones that he or she could have handed out."""
    access = access_of_principal(principal)
    if access.total or Permission.STAFF_UPDATE in access.everywhere:
        return True
    if not User.objects.visible_to(principal, Permission.STAFF_UPDATE).filter(pk=user.pk).exists():
        return False
    tenants = set(access.tenants(Permission.STAFF_UPDATE))
    posts = user.memberships.ending_after(timezone.localdate())
    return all(post.community_id in tenants and post.role in LOCAL_ROLES for post in posts)


def role_names(user: User, on: date | None = None) -> list[str]:
    """The names of the roles a person holds on a day."""
    today = (on or timezone.localdate()).isoformat()
    held = [g["role"] for g in user.grants if _current(g, today)]
    return [Role(role).label for role in dict.fromkeys(held)]


def _rebuild(users) -> None:
    for user in users.distinct():
        access_rebuild(user)


def _grants(membership: Membership) -> list[dict]:
    base = {
        "role": membership.role,
        "from": membership.from_on.isoformat(),
        "to": membership.to_on.isoformat() if membership.to_on else None,
        "tenant": None,
        "parts": None,
    }
    if membership.street_id:
        communities = (
            apps.get_model("grids", "Community")
            .objects.filter(street_id=membership.street_id)
            .order_by("code")
        )
        return [{**base, "tenant": str(c.pk), "name": c.name} for c in communities]
    if membership.community_id:
        base |= {"tenant": str(membership.community_id), "name": membership.community.name}
        if membership.needs_cells:
            cells = membership.cells.order_by("pk").values_list("pk", flat=True)
            base["parts"] = [str(key) for key in cells]
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


def streets():
    """Every street, for those who hand out posts in street offices."""
    return apps.get_model("grids", "Street").objects.order_by("code")


def people_in_cells(cells) -> dict[UUID, list[User]]:
    """Who works in each of these cells today: {cell id: [users]}."""
    posts = Membership.objects.current(timezone.localdate()).filter(
        cells__in=cells, user__is_active=True
    )
    found: dict[UUID, list[User]] = {}
    for post in posts.annotate(cell=F("cells")).select_related("user"):
        found.setdefault(post.cell, []).append(post.user)
    return found
