"""Files of the portal, sealed, under the data folder: uploads and results are purged by age,
kept ones (photos of a record) stay as long as a row names them.

A file is written beside its place, flushed to disk and renamed, so that a name never
stands for half a file. Names are made here; a path never comes from a client.
"""

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from portal.core.crypto import SealBroken, seal_bytes, unseal_bytes
from portal.core.ids import new_id

KEPT_SECONDS = 24 * 3600
PIECE = 1 << 20
LENGTH = 4  # bytes that tell the length of a sealed piece
FOLDERS = ("results", "uploads")
KEPT, LOST = "kept", "lost"

_kept: list[Callable[[], Iterable[str]]] = []


def folder(name: str) -> Path:
    """The folder of that name in the data directory, made when missing."""
    path = Path(settings.LINLI_DATA_DIR) / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def file_write(data: bytes, place: str) -> str:
    """Seal bytes into a new file of the folder ``place``; returns its key."""
    return _sealed(io.BytesIO(data), place)


def file_keep(path: Path, place: str) -> str:
    """Seal a finished file into ``place``, remove the original, return the key."""
    with open(path, "rb") as source:
        key = _sealed(source, place)
    Path(path).unlink()
    return key


def file_read(key: str) -> bytes:
    """The bytes of a file; FileNotFoundError after its purge, SealBroken when it was changed."""
    return b"".join(file_pieces(key))


def file_pieces(key: str) -> Iterator[bytes]:
    """The same piece by piece, for files that need not fit into memory."""
    return _unsealed(open(_path(key), "rb"), key)


def names_kept(function: Callable[[], Iterable[str]]) -> Callable:
    """Register ``function() -> keys`` of the kept files that a room's rows name."""
    _kept.append(function)
    return function


def kept_named() -> set[str]:
    """The keys of all kept files that some row names."""
    return {key for function in _kept for key in function() if key}


def kept_keys() -> set[str]:
    """The keys of all kept files that are there; left-overs of a crash are not."""
    return {f"{KEPT}/{path.name}" for path in folder(KEPT).iterdir() if not path.suffix}


def strays(seconds: int = KEPT_SECONDS) -> list[Path]:
    """Kept files that no row has named for so long: their write was rolled back, the program
    was killed, or the row names another one now."""
    limit, named = time.time() - seconds, kept_named()
    return [
        path
        for path in folder(KEPT).iterdir()
        if f"{KEPT}/{path.name}" not in named and path.stat().st_mtime < limit
    ]


def strays_set_aside() -> int:
    """Move kept files that no row has named for a day into the folder of the lost; returns how
    many. None is deleted."""
    old = strays()
    for path in old:
        os.replace(path, folder(LOST) / path.name)
    return len(old)


def file_let_go(key: str) -> None:
    """Its row names another file now, or none: from here on it is a stray."""
    if key:
        with suppress(FileNotFoundError):
            os.utime(_path(key))


def kept_break(key: str) -> bool:
    """Whether the file no longer opens: cut, changed, or its key is gone."""
    try:
        for _ in file_pieces(key):
            pass
    except (SealBroken, OSError):
        return True
    return False


def file_delete(key: str) -> None:
    if key:
        _path(key).unlink(missing_ok=True)


def files_older(held: frozenset[str] = frozenset()) -> list[Path]:
    """Files past their day, left-overs of a crash included; those whose key is held stay."""
    limit = time.time() - KEPT_SECONDS
    return [
        path
        for name in FOLDERS
        for path in folder(name).iterdir()
        if path.is_file() and path.stat().st_mtime < limit and f"{name}/{path.name}" not in held
    ]


def _sealed(source: BinaryIO, place: str) -> str:
    """Each piece is sealed for its number, the last one as the end: a file that was cut,
    or whose pieces changed places, does not open."""
    key = f"{place}/{new_id()}"
    path = _path(key)
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        number, piece = 0, source.read(PIECE)
        while piece is not None:
            following = source.read(PIECE) or None
            sealed = seal_bytes(piece, _aad(key, number, following is None))
            file.write(len(sealed).to_bytes(LENGTH, "big") + sealed)
            number, piece = number + 1, following
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return key


def _unsealed(file: BinaryIO, key: str) -> Iterator[bytes]:
    with file:
        number, sealed = 0, _frame(file)
        if sealed is None:
            raise SealBroken("an empty file")
        while sealed is not None:
            following = _frame(file)
            yield unseal_bytes(sealed, _aad(key, number, following is None))
            number, sealed = number + 1, following


def _frame(file: BinaryIO) -> bytes | None:
    length = file.read(LENGTH)
    return file.read(int.from_bytes(length, "big")) if length else None


def _aad(key: str, number: int, is_last: bool) -> str:
    return f"{key}:{number}{':end' if is_last else ''}"


def _path(key: str) -> Path:
    place, _, name = key.partition("/")
    if place not in (*FOLDERS, KEPT) or not name or "/" in name or ".." in name:
        raise ValueError(key)
    return folder(place) / name
