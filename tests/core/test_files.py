"""Sealed files: whole or not at all, in memory of one piece."""

import pytest

from portal.core import files
from portal.core.crypto import SealBroken


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(files, "PIECE", 10)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 30, 95])
def test_file_comes_back_piece_by_piece(small_pieces, size):
    data = bytes(range(size))
    key = files.file_write(data, "results")
    assert files.file_read(key) == data
    assert max(map(len, files.file_pieces(key))) <= 10
    assert size < 5 or data not in files._path(key).read_bytes()


def test_file_keep_takes_a_finished_file_away(small_pieces):
    path = files.folder("results") / "x.part"
    path.write_bytes(b"0123456789abcdef")
    assert files.file_read(files.file_keep(path, "results")) == b"0123456789abcdef"
    assert not path.exists()


def _frames(path) -> list[bytes]:
    data, frames = path.read_bytes(), []
    while data:
        end = files.LENGTH + int.from_bytes(data[: files.LENGTH], "big")
        frames.append(data[:end])
        data = data[end:]
    return frames


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frames: frames[:-1],
        lambda frames: [],
        lambda frames: [frames[1], frames[0], *frames[2:]],
        lambda frames: [*frames, frames[-1]],
        lambda frames: [*frames[:-1], frames[-1][:-1]],
        lambda frames: [*frames[:-1], frames[-1][:-1] + b"?"],
    ],
    ids=["cut", "emptied", "swapped", "longer", "cut inside", "changed"],
)
def test_file_that_was_changed_does_not_open(small_pieces, spoil):
    key = files.file_write(b"0123456789abcdefghijklm", "results")
    path = files._path(key)
    path.write_bytes(b"".join(spoil(_frames(path))))
    with pytest.raises(SealBroken):
        files.file_read(key)


def test_file_opens_under_its_own_key_only():
    first, second = (files.file_write(data, "results") for data in (b"one", b"two"))
    files._path(first).replace(files._path(second))
    with pytest.raises(SealBroken):
        files.file_read(second)


def test_file_that_is_gone_says_so_at_once():
    with pytest.raises(FileNotFoundError):
        files.file_pieces("results/gone")
