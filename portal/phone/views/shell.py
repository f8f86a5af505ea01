"""The static page, its service worker and its manifest: public, because they hold no data."""

import json

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from django_permissions_policy.decorators import permissions_policy_override

from portal.phone.files import ICONS, kept_files, shell_text

# Photos come through the file chooser; only the voice note needs a device.
DEVICES = settings.PERMISSIONS_POLICY | {"microphone": ["self"]}
FRESH = {"Cache-Control": "no-cache"}  # asked for anew each time: an update is never missed


@require_safe
@login_not_required
@permissions_policy_override(DEVICES)
@csp_update({"media-src": ["'self'", "blob:"]})
def shell(request):
    """The one page; scripts draw the screens from what the phone keeps."""
    return HttpResponse(shell_text(), headers=FRESH)


@require_safe
@login_not_required
def worker(request):
    version, files = kept_files()
    known = json.dumps({"version": version, "files": files}).replace("<", "\\u003c")
    text = render_to_string("phone/sw.js", {"known": mark_safe(known)})  # noqa: S308
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=FRESH)


@require_safe
@login_not_required
def manifest(request):
    """What makes the page installable."""
    icons = [
        {"src": static(f"linli/phone/{name}"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": purpose}
        for name, size, purpose in ICONS
    ]  # fmt: skip
    body = {
        "id": "/m/", "name": "邻里 · 网格长", "short_name": "邻里", "lang": "zh-CN",
        "start_url": "/m/", "scope": "/m/", "display": "standalone",
        "background_color": "#f1f5f5", "theme_color": "#0a434c", "icons": icons,
    }  # fmt: skip
    return JsonResponse(body, content_type="application/manifest+json", headers=FRESH)
