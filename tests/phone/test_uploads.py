"""Files come in pieces, go on where they stopped, and are whole or not there."""

import hashlib
import os

import orjson
import pytest
from django.db import transaction
from django.utils import timezone

from portal.core import uploads
from portal.core.ids import new_id
from portal.core.models import Upload
from tests.people import client_of

pytestmark = pytest.mark.django_db
PHOTO = os.urandom(100_000)


@pytest.fixture
def phone(leader_a):
    return client_of(leader_a)


def put(client, key, offset, piece, whole=PHOTO, **headers):
    answer = client.put(
        f"/m/files/{key}/?offset={offset}", piece, content_type="application/octet-stream",
        headers={"X-Size": str(len(whole)),
                 "X-Digest": hashlib.sha256(whole).hexdigest(), **headers},
    )  # fmt: skip
    return answer.status_code, orjson.loads(answer.content)


def test_pieces_make_the_file(phone, leader_a):
    key = new_id()
    told = {"ok": True, "key": str(key), "received": 60_000, "done": False}
    assert put(phone, key, 0, PHOTO[:60_000])[1] == told
    assert uploads.upload_bytes(leader_a, key) is None
    asked = orjson.loads(phone.get(f"/m/files/{key}/").content)
    assert asked == told
    assert put(phone, key, 60_000, PHOTO[60_000:])[1]["done"] is True
    assert uploads.upload_bytes(leader_a, key) == PHOTO


def test_a_repeated_piece_changes_nothing(phone, leader_a):
    key = new_id()
    for offset, piece in ((0, PHOTO[:50_000]), (0, b"other"), (50_000, PHOTO[50_000:]),
                          (50_000, PHOTO[50_000:])):  # fmt: skip
        status, answer = put(phone, key, offset, piece)
        assert status == 200
    assert answer == {"ok": True, "key": str(key), "received": len(PHOTO), "done": True}
    assert uploads.upload_bytes(leader_a, key) == PHOTO


def test_a_file_that_is_not_what_was_announced_begins_anew(phone, leader_a):
    key = new_id()
    told = put(phone, key, 0, bytes(len(PHOTO)))[1]
    assert (told["received"], told["done"]) == (0, False)
    assert put(phone, key, 0, PHOTO)[1]["done"] is True
    assert uploads.upload_bytes(leader_a, key) == PHOTO


def test_another_file_under_the_key_is_told_apart(phone):
    key = new_id()
    put(phone, key, 0, PHOTO[:10])
    assert put(phone, key, 0, b"abc", whole=b"abc")[0] == 409


def test_pieces_lie_sealed(phone, leader_a):
    key = new_id()
    put(phone, key, 0, PHOTO)
    row = Upload.objects.get()
    stored = (uploads._folder(row) / "0").read_bytes()
    assert PHOTO[:64] not in stored


def test_a_file_is_its_owners(phone, leader_b):
    key = new_id()
    put(phone, key, 0, PHOTO[:10])
    assert client_of(leader_b).get(f"/m/files/{key}/").status_code == 404
    assert uploads.upload_bytes(leader_b, key) is None


@pytest.mark.parametrize(
    ("offset", "piece", "headers", "status"),
    [(0, b"", {"X-Size": ""}, 400), ("x", b"", {}, 400), (0, b"a", {"X-Digest": "z"}, 422),
     (0, b"a", {"X-Size": "0"}, 422), (0, b"a", {"X-Size": "99999999"}, 422),
     (0, bytes(600_000), {}, 413), (0, bytes(10), {"X-Size": "5"}, 422)],
)  # fmt: skip
def test_bounds(phone, offset, piece, headers, status):
    assert put(phone, new_id(), offset, piece, **headers)[0] == status
    assert not Upload.objects.filter(received__gt=0).exists()


def test_one_person_cannot_fill_the_disk(phone, monkeypatch):
    monkeypatch.setattr(uploads, "WAITING_LIMIT", len(PHOTO) + 5)
    assert put(phone, new_id(), 0, PHOTO)[0] == 200
    assert put(phone, new_id(), 0, PHOTO)[0] == 429


def test_a_taken_file_is_gone_here_and_still_told_as_arrived(
    phone, leader_a, django_capture_on_commit_callbacks
):
    key = new_id()
    put(phone, key, 0, PHOTO)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        uploads.upload_taken(leader_a, key)
    row = Upload.objects.get()
    assert not uploads._folder(row).exists()
    assert uploads.upload_bytes(leader_a, key) is None
    assert put(phone, key, 0, PHOTO)[1]["done"] is True


def test_a_room_is_told_of_each_whole_file(phone, leader_a, monkeypatch):
    told = []
    monkeypatch.setattr(uploads, "_told", [lambda by, key: told.append((by, key))])
    key = new_id()
    put(phone, key, 0, PHOTO[:10])
    assert told == []
    put(phone, key, 10, PHOTO[10:])
    assert told == [(leader_a, key)]


def test_what_nobody_asked_for_goes_after_a_quarter(phone):
    put(phone, new_id(), 0, PHOTO[:10])
    assert uploads.uploads_purge() == 0
    place = uploads._folder(Upload.objects.get())
    assert place.exists()
    Upload.objects.update(created_at=timezone.now() - uploads.KEPT * 2)
    assert uploads.uploads_purge() == 1
    assert not place.exists()
