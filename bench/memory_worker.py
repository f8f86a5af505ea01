"""Makes one export as a job does and prints by how many MiB the process grew."""

import gc
import re
import sys
from pathlib import Path
from uuid import UUID

import django

FEW = "building=3&c=sex"


def main(kind: str, user_id: str, tenant: str, address: str) -> None:
    django.setup()
    from django.db import connection
    from django.http import QueryDict

    from portal.accounts.models import User
    from portal.core.exports.export import list_export, params_of
    from portal.core.lists import ListQuery, list_named
    from portal.core.models import Job

    user = User.objects.get(pk=user_id)

    def make(asked: str) -> None:
        place = UUID(tenant)
        query = ListQuery(list_named("residents"), user, place, QueryDict(asked))
        list_export(Job(owner=user, tenant=place, params=params_of(query, kind)), lambda *_: None)

    if connection.vendor == "sqlite":  # the file's mapped and cached pages are not the export's
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-2000")
    make(FEW)
    gc.collect()
    # getrusage would tell the peak of the process that started this one.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    make(address)
    print((_status("VmHWM") - before) / 1024)  # noqa: T201


def _status(name: str) -> int:
    """A line of the process's status, in KiB (Linux)."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
