"""Who may do what, where: permissions are names, places are tenants and their parts.

The kernel does not know what a tenant is; the function that ``LINLI_ACCESS`` names
turns a signed-in principal into an ``Access``. Nothing is allowed unless a grant says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.utils.module_loading import import_string

SIGNED_IN = "SIGNED_IN"
METHODS = ("GET", "HEAD", "POST")  # with another one a page would be shown past the log of looks

# Addresses without a permission, by name, each with the reason; a guard test walks all others.
PUBLIC_VIEWS = {
    "accounts:sign_in": "the way in",
    "accounts:sign_out": "the way out: it ends whatever session there is",
    "phone:shell": "a static page without data, which must also open without signal",
    "phone:worker": "the script that keeps that page; it lists static files",
    "phone:manifest": "the page's name and icons",
    "website:building_card": "a building's contact card: staff, office and hours, no residents",
    "messaging:receipt_take": "a gateway reports on a message; its signature is checked",
    "duty:calendar_feed": "one person's own shifts, at an address that only they know",
    "answers:incident_answer": "a handler without an account: a signed link opens one record",
    "answers:incident_answer_file": "photos of that record, by the same link",
}


class Grant(NamedTuple):
    """Permissions in one tenant; ``parts`` None means the whole tenant."""

    permissions: frozenset[str]
    tenant: UUID
    parts: frozenset[UUID] | None = None


@dataclass(frozen=True)
class Access:
    """All grants of one principal today, and the permissions that belong to no place."""

    grants: tuple[Grant, ...] = ()
    everywhere: frozenset[str] = frozenset()
    names: dict[UUID, str] = field(default_factory=dict)
    total: bool = False

    def can(self, permission: str, tenant: UUID | None = None) -> bool:
        """Whether the permission is held at all, or in the given tenant."""
        if self.total or permission == SIGNED_IN or permission in self.everywhere:
            return True
        return any(
            permission in grant.permissions and (tenant is None or grant.tenant == tenant)
            for grant in self.grants
        )

    def held(self, tenant: UUID | None = None) -> frozenset[str]:
        """Every permission that ``can`` would grant there, but for ``total``."""
        here = (g.permissions for g in self.grants if tenant is None or g.tenant == tenant)
        return self.everywhere.union(*here)

    def covers(self, permission: str, tenant: UUID | None, part: UUID | None) -> bool:
        """Whether a row of that tenant and part lies within the permission's reach."""
        if self.total or permission in self.everywhere:
            return True
        return any(
            permission in grant.permissions
            and grant.tenant == tenant
            and (grant.parts is None or part in grant.parts)
            for grant in self.grants
        )

    def tenants(self, permission: str) -> list[UUID]:
        """The tenants in which the permission is held, in the order of the grants."""
        return list(dict.fromkeys(g.tenant for g in self.grants if permission in g.permissions))

    def throughout(self, tenant: UUID) -> "Access":
        """What may be done in some part of the tenant, as if in all of it; nothing elsewhere."""
        whole = tuple(g._replace(parts=None) for g in self.grants if g.tenant == tenant)
        return replace(self, grants=whole, everywhere=frozenset(), total=False)

    def reach(self, permission: str) -> tuple[list[UUID], list[tuple[UUID, frozenset[UUID]]]]:
        """Split the permission's grants into whole tenants and (tenant, parts) pairs."""
        whole, partial = [], []
        for grant in self.grants:
            if permission in grant.permissions:
                if grant.parts is None:
                    whole.append(grant.tenant)
                else:
                    partial.append((grant.tenant, grant.parts))
        return list(dict.fromkeys(whole)), partial


NOBODY = Access()


class SystemActor:
    """Stands as ``by`` for commands run on the server's own shell; never behind a request."""

    pk = id = None
    name = username = "系统"
    is_authenticated = True
    is_active = True
    access = Access(total=True)


SYSTEM = SystemActor()


def access_of(principal) -> Access:
    """Return the access of a user, an API client or ``SYSTEM``; nobody has none."""
    if principal is None or not getattr(principal, "is_authenticated", False):
        return NOBODY
    ready = getattr(principal, "access", None)
    if isinstance(ready, Access):
        return ready
    return import_string(settings.LINLI_ACCESS)(principal)


def access_then(user, on: date) -> Access:
    """The access that a user had on a day, for what was done that day and is written down only
    now; never for anything that the user asks for now."""
    return import_string(settings.LINLI_ACCESS)(user, on)


def allow(*permissions: str) -> Callable:
    """Mark a view with the permissions of which one is needed, and check it (403); 405 for
    methods that no page has."""
    wanted: Iterable[str] = tuple(str(p) for p in permissions)
    if not wanted:
        raise TypeError("allow() needs at least one permission")

    def mark(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            access = access_of(request.user)
            tenant = getattr(getattr(request, "tenant", None), "id", None)
            if not any(access.can(p, tenant) for p in wanted):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed_permissions = wanted
        return guarded

    return mark
