"""Which files make up the page, and the version that names them together."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string

from residents.models import FindingKind
from services.models import AlarmOutcome

FOLDER = Path(settings.BASE_DIR) / "static" / "linli" / "phone"
KEPT = (".js", ".css", ".svg", ".png")
STYLES = ("linli/linli.css", "linli/phone/phone.css")
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"),
         ("maskable-512.png", 512, "maskable"))  # fmt: skip


def shell_text() -> str:
    """The page itself: the same for everybody, without a value of anybody."""
    return render_to_string("phone/shell.html", {
        "findings": FindingKind.choices, "alarm_outcomes": AlarmOutcome.choices,
    })  # fmt: skip


@lru_cache(maxsize=1)
def kept_files() -> tuple[str, tuple[str, ...]]:
    """(version, addresses) of all that the service worker keeps beside the page. The version
    changes with any of them, also where names carry no hash."""
    names = [*STYLES, *sorted(f"linli/phone/{path.name}" for path in FOLDER.iterdir()
                              if path.suffix in KEPT)]  # fmt: skip
    addresses = tuple(dict.fromkeys(staticfiles_storage.url(name) for name in names))
    digest = hashlib.sha256(shell_text().encode())
    for name, address in zip(dict.fromkeys(names), addresses, strict=True):
        digest.update(address.encode() + (FOLDER.parents[1] / name).read_bytes())
    return digest.hexdigest()[:16], addresses
