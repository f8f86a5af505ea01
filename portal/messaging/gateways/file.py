"""A gateway that is a folder: one JSON line a message, a file a month, whole and once.

The file is what a committee without a contract hands to whoever sends its messages, so number
and text stand in it as they are; it is closed to other users of the machine.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from portal.core.files import folder
from portal.messaging.gateways.errors import Sent, Unreachable

FOLDER = "messages"


class FileGateway:
    name = "file"

    def send(self, reference: UUID, number: str, text: str) -> Sent:
        """Append the message unless its reference stands there; on disk when this returns."""
        now = timezone.localtime()
        line = {"reference": str(reference), "at": now.isoformat(timespec="seconds"),
                "number": number, "text": text}  # fmt: skip
        try:
            with _alone():
                if not _stands(reference):
                    data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
                    _append(folder(FOLDER) / f"{now:%Y-%m}.jsonl", data)
        except OSError as error:
            raise Unreachable("写不进短信文件") from error
        return Sent(str(reference))

    def find(self, reference: UUID) -> Sent | None:
        try:
            with _alone():
                return Sent(str(reference)) if _stands(reference) else None
        except OSError as error:
            raise Unreachable("读不到短信文件") from error


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time reads and writes; the lock ends with its process."""
    handle = os.open(folder(FOLDER) / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _stands(reference: UUID) -> bool:
    """Whether a whole line begins with the reference, the newest file first."""
    wanted = f'{{"reference": "{reference}"'.encode()
    return any(_holds(path, wanted) for path in sorted(folder(FOLDER).glob("*.jsonl"))[::-1])


def _holds(path: Path, wanted: bytes) -> bool:
    with open(path, "rb") as file:
        return any(line.startswith(wanted) and line.endswith(b"\n") for line in file)


def _append(path: Path, data: bytes) -> None:
    """Add the line and wait for the disk. What a power cut left of an earlier line is removed:
    its sender never learned that it was written."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        size = _whole(handle)
        os.ftruncate(handle, size)
        while data:
            written = os.pwrite(handle, data, size)
            data, size = data[written:], size + written
        os.fsync(handle)
    finally:
        os.close(handle)
    _folder_synced(path.parent)


def _whole(handle: int) -> int:
    """The length of the file up to the end of its last whole line."""
    size = os.fstat(handle).st_size
    while size:
        start = max(0, size - 65536)
        place = os.pread(handle, size - start, start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        size = start
    return 0


def _folder_synced(path: Path) -> None:
    """A new file's name is on disk too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
