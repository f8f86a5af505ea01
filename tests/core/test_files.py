"""Sealed files: whole or not at all, in memory of one piece."""

import os

import pytest

from portal.core import files, verify
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
        lambda frames: [*frames[:-1], frames[-1][:-1] + bytes([frames[-1][-1] ^ 1])],
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


def test_kept_files_outlive_their_day_and_are_checked_both_ways(monkeypatch, settings, tmp_path):
    settings.LINLI_DATA_DIR = tmp_path
    monkeypatch.setattr(files, "_kept", [])
    there = files.file_write(b"photo", files.KEPT)
    spoilt, stray = files.file_write(b"cut", files.KEPT), files.file_write(b"x", files.KEPT)
    files._path(spoilt).write_bytes(files._path(spoilt).read_bytes()[:-1])
    os.utime(files._path(there), (0, 0))
    gone = f"{files.KEPT}/0198c0de-0000-7000-8000-000000000001"
    files.names_kept(lambda: [there, spoilt, gone, ""])
    try:
        assert files._path(there) not in files.files_older()
        broken = {f"留存文件 {gone} 不见了", f"留存文件 {spoilt} 解不开"}
        assert set(verify.kept_check()) == broken  # the stray has its day
        os.utime(files._path(stray), (0, 0))
        assert set(verify.kept_check()) == broken | {f"留存文件 {stray} 没有记录指向它"}
        files.file_let_go(stray)
        assert set(verify.kept_check()) == broken
        assert files.strays_set_aside() == 0
        os.utime(files._path(stray), (0, 0))
        assert files.strays_set_aside() == 1
        assert not any(stray in sentence for sentence in verify.kept_check())
        assert (files.folder(files.LOST) / stray.rpartition("/")[2]).exists()
        assert files._path(there).exists()
    finally:
        for key in (there, spoilt, stray):
            files.file_delete(key)
