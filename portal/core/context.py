"""What every page needs: navigation, the tenant at work, what waits in the inbox."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_urlconf, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from portal.core.access import SIGNED_IN, access_of
from portal.core.addresses import address


def portal(request) -> dict:
    """Context of templates/base.html; empty for people who are not signed in."""
    user = getattr(request, "user", None)  # none yet where the address itself was refused
    if not getattr(user, "is_authenticated", False):
        return {}
    access = access_of(request.user)
    return {
        "nav": navigation(request, access),
        "tenant": request.tenant,
        "tenants": [{"id": key, "name": name} for key, name in access.names.items()],
        "access": access,
        "search_url": search_url(request, access),
        "inbox_count": getattr(request.session, "unseen", 0),
    }


def navigation(request, access) -> SafeString:
    """The side menu of what the person may open here, as HTML.

    ``settings.LINLI_NAVIGATION`` names a list of
    (group label, icon, [(label, url name, args, permission)]).
    """
    allowed = pages_open(request, access)
    active = request.path if request.path in allowed else ""
    return _menu(settings.LINLI_NAVIGATION, get_urlconf(), allowed, active)


def pages_open(request, access) -> tuple[str, ...]:
    """The addresses of the person's menu, in its order."""
    held = access.held(getattr(request.tenant, "id", None))
    return _open(settings.LINLI_NAVIGATION, get_urlconf(), held, access.total)


class Entry(NamedTuple):
    group: str
    icon: str
    label: str
    url: str
    permission: str


@lru_cache
def _entries(setting: str, urlconf: str | None) -> tuple[Entry, ...]:
    return tuple(
        Entry(group, icon, label, reverse(name, urlconf, args), permission)
        for group, icon, entries in import_string(setting)
        for label, name, args, permission in entries
    )


@lru_cache(maxsize=256)
def _open(setting: str, urlconf: str | None, held: frozenset[str], total: bool) -> tuple[str, ...]:
    """Asked once for each set of permissions: a menu has dozens of entries."""
    return tuple(entry.url for entry in _entries(setting, urlconf)
                 if total or entry.permission in held or entry.permission == SIGNED_IN)  # fmt: skip


@lru_cache(maxsize=256)
def _menu(setting: str, urlconf: str | None, allowed: tuple[str, ...], active: str) -> SafeString:
    """Rendered once for each set of entries: every page carries it."""
    shown = (entry for entry in _entries(setting, urlconf) if entry.url in allowed)
    groups = [
        {"label": label, "icon": icon,
         "items": [{"label": e.label, "url": e.url, "active": e.url == active} for e in entries]}
        for (label, icon), entries in groupby(shown, key=lambda entry: entry[:2])
    ]  # fmt: skip
    return render_to_string("_ui/nav.html", {"nav": groups})


def search_url(request, access) -> str:
    """Where the search box sends to; empty for those who may not search here.

    ``settings.LINLI_SEARCH`` names (url name, permission).
    """
    name, permission = import_string(settings.LINLI_SEARCH)
    return address(name) if access.can(permission, getattr(request.tenant, "id", None)) else ""
