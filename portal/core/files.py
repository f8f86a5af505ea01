"""Files of the portal: sealed uploads and results under the data folder, purged by age.

A file is written beside its place, flushed to disk and renamed, so that a name never
stands for half a file. Names are made here; a path never comes from a client.
"""

import os
import time
from pathlib import Path

from django.conf import settings

from portal.core.crypto import seal_bytes, unseal_bytes
from portal.core.ids import new_id

KEPT_SECONDS = 24 * 3600
FOLDERS = ("results", "uploads")


def folder(name: str) -> Path:
    """The folder of that name in the data directory, made when missing."""
    path = Path(settings.LINLI_DATA_DIR) / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def file_write(data: bytes, place: str) -> str:
    """Seal bytes into a new file of the folder ``place``; returns its key."""
    key = f"{place}/{new_id()}"
    path = _path(key)
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        file.write(seal_bytes(data, key))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return key


def file_read(key: str) -> bytes:
    """The bytes of a file written by ``file_write``; FileNotFoundError after its purge."""
    return unseal_bytes(_path(key).read_bytes(), key)


def file_keep(path: Path, place: str) -> str:
    """Seal a finished file into ``place``, remove the original, return the key."""
    key = file_write(Path(path).read_bytes(), place)
    Path(path).unlink()
    return key


def file_delete(key: str) -> None:
    if key:
        _path(key).unlink(missing_ok=True)


def files_older(now: float | None = None) -> list[Path]:
    """Files past their day, left-overs of a crash included."""
    limit = (now or time.time()) - KEPT_SECONDS
    return [
        path
        for name in FOLDERS
        for path in folder(name).iterdir()
        if path.is_file() and path.stat().st_mtime < limit
    ]


def _path(key: str) -> Path:
    place, _, name = key.partition("/")
    if place not in FOLDERS or not name or "/" in name or ".." in name:
        raise ValueError(key)
    return folder(place) / name
