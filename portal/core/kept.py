"""What was typed into a form outlives the session: sealed into the sign-in page, it can be
sent again afterwards. Nothing of it is stored here, and passwords and files never travel."""

from datetime import timedelta
from typing import NamedTuple

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.core.crypto import SealBroken, seal_bytes, unseal_bytes
from portal.core.middleware import current_tenant

FIELD = "kept"
PLACE = "core.kept"
LASTS = timedelta(hours=8)
MOST = 200_000  # bytes of a form
SECRETS = ("old", "new1", "new2")  # the fields of a change of password
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


class Kept(NamedTuple):
    """A form as it was sent: its address, (name, value) pairs, and whether a file was with it."""

    path: str
    pairs: list[tuple[str, str]]
    had_file: bool


def kept_of(request) -> Kept | None:
    """What the refused request brought; None where there is nothing to keep, or a secret."""
    if request.method != "POST" or not request.POST:
        return None
    pairs = [(name, value) for name in request.POST if name != TOKEN
             for value in request.POST.getlist(name)]  # fmt: skip
    if not pairs or any(_is_secret(name) or name == FIELD for name, _ in pairs):
        return None
    kept = Kept(request.get_full_path(), pairs, bool(request.FILES))
    return kept if len(orjson.dumps([*kept])) <= MOST else None


def _is_secret(name: str) -> bool:
    return "password" in name or name in SECRETS


def kept_seal(kept: Kept | None) -> str:
    """Text for a hidden field of the sign-in page; empty for None."""
    if kept is None:
        return ""
    body = {"at": timezone.now().timestamp(), "kept": [*kept]}
    return seal_bytes(orjson.dumps(body), PLACE).hex()


def kept_open(text: str) -> Kept | None:
    """What ``kept_seal`` sealed; None when it is too old or not ours."""
    try:
        body = orjson.loads(unseal_bytes(bytes.fromhex(text), PLACE))
    except (ValueError, SealBroken):
        return None
    if timezone.now().timestamp() - body["at"] > LASTS.total_seconds():
        return None
    path, pairs, had_file = body["kept"]
    return Kept(path, [tuple(pair) for pair in pairs], had_file)


def kept_page(request, kept: Kept, status: int = 200) -> HttpResponse:
    """Ask whether to send it again; the answer carries a fresh token."""
    request.tenant = current_tenant(request)  # who signed in just now had none before
    return render(request, "core/form_kept.html", {"kept": kept}, status=status)


def is_from_here(request) -> bool:
    """Whether a page of ours sent this: browsers name the origin of every POST."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
