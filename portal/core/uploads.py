"""Files that phones send in pieces, apart from the record that names them.

A piece is sealed, flushed to disk and only then counted, so that ``received`` never promises
bytes that a power cut could take back. A repeated piece changes nothing: the answer tells
where to go on. A room asks for the whole with ``upload_bytes`` and, when it has stored it,
says ``upload_taken``; one that wants to be told of each whole file registers with
``on_upload``.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from portal.core.crypto import seal_bytes, unseal_bytes
from portal.core.errors import DomainError
from portal.core.files import folder
from portal.core.models import Upload

FILE_LIMIT = 8 * 1024 * 1024
PIECE_LIMIT = 512 * 1024
WAITING_LIMIT = 200 * 1024 * 1024  # bytes of one person that no record has taken yet
KEPT = timedelta(days=90)
FOLDER = "pieces"

_told: list[Callable] = []


class OtherFile(DomainError):
    """The key stands for another file already."""

    def __init__(self):
        super().__init__("同一编号的文件内容不同，请重新拍照后再报。")


class NoRoom(DomainError):
    """Too much of this person waits; later there is room again."""

    def __init__(self):
        super().__init__("等待处理的文件太多，请联系社区。照片仍在手机里。")


def on_upload(function: Callable) -> Callable:
    """Register ``function(by, key)`` to be called, after the commit, for each whole file."""
    _told.append(function)
    return function


def upload_find(by, key: UUID) -> Upload | None:
    """The person's own file of that key, whole or not."""
    return Upload.objects.filter(owner=by, key=key).first()


def upload_piece(by, key: UUID, offset: int, size: int, digest: str, data: bytes) -> Upload:
    """Keep a piece that begins at ``offset`` of a file of ``size`` bytes with that SHA-256 (hex).

    A piece that does not begin where the file ends is not kept; the returned row tells how far
    it is. Raises OtherFile, NoRoom, DomainError for sizes out of bounds.
    """
    _check(offset, size, digest, data)
    with transaction.atomic():
        row = _row(by, key, size, digest)
        if (row.size, row.digest) != (size, digest):
            raise OtherFile
        if row.done_at or row.taken_at or offset != row.received or not data:
            return row
        if offset + len(data) > size:
            raise DomainError("文件比说明的大，没有收下。")
        _write(row, offset, data)
        row.received = offset + len(data)
        if row.received == row.size:
            _finish(row)
        row.save(update_fields=["received", "done_at"])
    if row.done_at:
        for tell in _told:
            tell(by, key)
    return row


def upload_bytes(owner, key: UUID) -> bytes | None:
    """The whole file, or None while it is not complete, or taken already."""
    row = upload_find(owner, key)
    if row is None or row.done_at is None or row.taken_at:
        return None
    return _read(row)


def upload_taken(owner, key: UUID) -> None:
    """Say, in the transaction that stores it elsewhere, that the file is no longer needed
    here; the phone is still told that it arrived."""
    row = upload_find(owner, key)
    if row and row.taken_at is None:
        Upload.objects.filter(pk=row.pk).update(taken_at=timezone.now())
        transaction.on_commit(lambda: _remove(row))


def uploads_purge() -> int:
    """Drop what no record asked for in a quarter; returns how many."""
    old = list(Upload.objects.filter(created_at__lt=timezone.now() - KEPT))
    for row in old:
        place = _folder(row)
        row.delete()
        shutil.rmtree(place, ignore_errors=True)
    return len(old)


def _check(offset: int, size: int, digest: str, data: bytes) -> None:
    if not 0 < size <= FILE_LIMIT:
        raise DomainError(f"文件不能超过 {FILE_LIMIT // 1024 // 1024} MB，也不能是空的。")
    if not 0 <= offset <= size or len(data) > PIECE_LIMIT:
        raise DomainError("文件片段的位置或大小不对。")
    if len(digest) != 64 or not digest.isascii() or not digest.isalnum():
        raise DomainError("缺少文件的校验值。")


def _row(by, key: UUID, size: int, digest: str) -> Upload:
    mine = Upload.objects.select_for_update()
    row = mine.filter(owner=by, key=key).first()
    if row:
        return row
    waiting = Upload.objects.filter(owner=by, taken_at=None).aggregate(n=Sum("size"))["n"] or 0
    if waiting + size > WAITING_LIMIT:
        raise NoRoom
    Upload.objects.bulk_create(
        [Upload(owner=by, key=key, size=size, digest=digest)], ignore_conflicts=True
    )
    return mine.get(owner=by, key=key)


def _finish(row: Upload) -> None:
    """Whole and as announced; otherwise it begins anew."""
    if hashlib.sha256(_read(row)).hexdigest() == row.digest:
        row.done_at = timezone.now()
    else:
        row.received = 0


def _read(row: Upload) -> bytes:
    pieces, at = [], 0
    while at < row.size:
        sealed = (_folder(row) / str(at)).read_bytes()
        pieces.append(unseal_bytes(sealed, _aad(row, at)))
        at += len(pieces[-1])
    return b"".join(pieces)


def _write(row: Upload, offset: int, data: bytes) -> None:
    place = _folder(row)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = place / f"{offset}.part"
    with open(aside, "wb") as file:
        file.write(seal_bytes(data, _aad(row, offset)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, place / str(offset))


def _remove(row: Upload) -> None:
    shutil.rmtree(_folder(row), ignore_errors=True)


def _folder(row: Upload) -> Path:
    return folder(FOLDER) / str(row.pk)


def _aad(row: Upload, offset: int) -> str:
    return f"core.upload:{row.pk}:{offset}"
