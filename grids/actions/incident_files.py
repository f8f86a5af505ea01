"""Photos and voice notes of an incident: drawn anew, sealed, kept as long as it is.

What a phone sends apart is announced by the record (``files_await``: a row with the file's own
id and no content yet) and joined when it is there, whichever comes first.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from grids.models import FileKind, Incident, IncidentFile, IncidentStep
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM
from portal.core.actions import action, require_place, row_create, row_delete, row_update, unchanged
from portal.core.errors import DomainError
from portal.core.files import KEPT, file_delete, file_write
from portal.core.media import Media, media_read
from portal.core.uploads import upload_bytes, upload_taken

FILES_MOST = 9


def files_read(photos: Iterable[bytes]) -> list[Media]:
    """What a form brought along, checked before anything is locked. Raises DomainError."""
    photos = list(photos)
    if len(photos) > FILES_MOST:
        raise DomainError(f"一次最多 {FILES_MOST} 个附件。", field="files")
    try:
        return [media_read(data) for data in photos]
    except DomainError as error:
        raise DomainError(error.message, field="files") from error


def files_store(by, incident: Incident, media: Iterable[Media], is_result: bool = False) -> None:
    for item in media:
        empty = IncidentFile(incident=incident, is_result=is_result)
        _sealed(empty, item, lambda filled: row_create(by, filled))


def files_await(by, incident: Incident, keys: Iterable[UUID]) -> None:
    """Announce what the reporter's phone sends apart; what is there already is joined."""
    keys = list(dict.fromkeys(keys))[:FILES_MOST]
    known = set(IncidentFile.objects.filter(pk__in=keys).values_list("pk", flat=True))
    for key in keys:
        if key not in known:
            row_create(by, IncidentFile(pk=key, incident=incident, kind=FileKind.PHOTO, size=0))
    if keys:
        incident_files_join(by=by, keys=keys)


@action(Permission.INCIDENT_REPORT)
def incident_files_join(*, by, keys: Iterable[UUID]) -> int:
    """Take over those of the announced files that have arrived; returns how many.

    One that cannot be read is told on the time line, the incident stays.
    """
    awaited = IncidentFile.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=list(keys), key=""
    )
    if by is not SYSTEM:
        awaited = awaited.filter(created_by=by)
    joined = 0
    for row in awaited.select_related("incident", "created_by").order_by("pk"):
        require_place(by, row)
        data = upload_bytes(row.created_by, row.pk)
        if data is not None:
            _join(by, row, data)
            joined += 1
    if not joined:
        unchanged()
    return joined


def files_waiting() -> list[UUID]:
    """Announced files that have no content yet, for the sweep."""
    return list(
        IncidentFile.objects.filter(key="").order_by("created_at").values_list("pk", flat=True)
    )


def _join(by, row: IncidentFile, data: bytes) -> None:
    owner = row.created_by
    try:
        item = media_read(data)
    except DomainError as error:
        IncidentStep.objects.create(
            incident=row.incident, move="file_refused", from_state=row.incident.state,
            to_state=row.incident.state, note=error.message, created_by=owner, changed_by=owner,
        )  # fmt: skip
        row_delete(by, row)
    else:
        _sealed(row, item, lambda filled: row_update(by, row, row.version, _content(filled)))
    upload_taken(owner, row.pk)


def _content(row: IncidentFile) -> dict:
    return {name: getattr(row, name) for name in ("kind", "key", "content_type", "size", "digest")}


def _sealed(row: IncidentFile, item: Media, write) -> None:
    """The file first, then the row that names it; no file stays behind a refused row."""
    key = file_write(item.data, KEPT)
    filled = IncidentFile(
        pk=row.pk, incident=row.incident, is_result=row.is_result, kind=item.kind, key=key,
        content_type=item.content_type, size=len(item.data),
        digest=hashlib.sha256(item.data).hexdigest(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            write(filled)
    except Exception:
        file_delete(key)
        raise
