"""What every page needs: navigation, the tenant at work, what waits in the inbox."""

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from portal.core.access import access_of


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


def navigation(request, access) -> list[dict]:
    """The groups of ``settings.LINLI_NAVIGATION`` that the person may open here.

    The setting names a list of (group label, icon, [(label, url name, args, permission)]).
    """
    tenant = getattr(request.tenant, "id", None)
    groups = []
    for label, icon, entries in import_string(settings.LINLI_NAVIGATION):
        items = [
            {"label": text, "url": url, "active": request.path == url}
            for text, name, args, permission in entries
            if access.can(permission, tenant)
            for url in [reverse(name, args=args)]
        ]
        if items:
            groups.append({"label": label, "icon": icon, "items": items})
    return groups


def search_url(request, access) -> str:
    """Where the search box sends to; empty for those who may not search here.

    ``settings.LINLI_SEARCH`` names (url name, permission).
    """
    name, permission = import_string(settings.LINLI_SEARCH)
    return reverse(name) if access.can(permission, getattr(request.tenant, "id", None)) else ""
