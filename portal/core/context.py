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

SHORT = 12  # entries of a menu that needs no folding


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
    (group label, icon, [(label, url name, args, permission, *names of pages below)]).
    """
    allowed = pages_open(request, access)
    path = request.path
    above = path if path in allowed else _above(request, allowed)
    return _menu(settings.LINLI_NAVIGATION, get_urlconf(), allowed, above, above == path)


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
    below: tuple[str, ...]


@lru_cache
def _entries(setting: str, urlconf: str | None) -> tuple[Entry, ...]:
    return tuple(
        Entry(group, icon, label, reverse(name, urlconf, args), permission, tuple(below))
        for group, icon, entries in import_string(setting)
        for label, name, args, permission, *below in entries
    )


@lru_cache(maxsize=256)
def _open(setting: str, urlconf: str | None, held: frozenset[str], total: bool) -> tuple[str, ...]:
    """Asked once for each set of permissions: a menu has dozens of entries."""
    return tuple(entry.url for entry in _entries(setting, urlconf)
                 if total or entry.permission in held or entry.permission == SIGNED_IN)  # fmt: skip


def _above(request, allowed: tuple[str, ...]) -> str:
    """The entry that a page without one of its own belongs to: the one that names it, else
    the one whose address it continues."""
    page = getattr(request.resolver_match, "view_name", "")
    entries = _entries(settings.LINLI_NAVIGATION, get_urlconf())
    found = [(max(map(len, names)), entry.url) for entry in entries
             if (names := [name for name in entry.below if page.startswith(name)])]  # fmt: skip
    if not found:
        found = [(len(entry.url), entry.url) for entry in entries
                 if entry.url != "/" and request.path.startswith(entry.url)]  # fmt: skip
    url = max(found, default=(0, ""))[1]
    return url if url in allowed else ""


@lru_cache(maxsize=1024)
def _menu(setting: str, urlconf: str | None, allowed: tuple[str, ...], above: str,
          is_here: bool) -> SafeString:  # fmt: skip
    """Rendered once for each set of entries: every page carries it. The group at work stands
    open, a short menu altogether."""
    shown = (entry for entry in _entries(setting, urlconf) if entry.url in allowed)
    groups = [
        {"label": label, "icon": icon, "entries": list(entries)}
        for (label, icon), entries in groupby(shown, key=lambda entry: entry[:2])
    ]
    for group in groups:
        urls = [entry.url for entry in group["entries"]]
        group["is_open"] = above in urls or len(allowed) <= SHORT
        group["is_plain"] = not group["label"] or len(urls) == 1
    mark = "page" if is_here else "true"
    return render_to_string("_ui/nav.html", {"nav": groups, "above": above, "mark": mark})


def search_url(request, access) -> str:
    """Where the search box sends to; empty for those who may not search here.

    ``settings.LINLI_SEARCH`` names (url name, permission).
    """
    name, permission = import_string(settings.LINLI_SEARCH)
    return address(name) if access.can(permission, getattr(request.tenant, "id", None)) else ""
