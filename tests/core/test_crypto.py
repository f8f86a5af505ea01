"""Sealed fields: round trip, bound to their place, keys that can be changed."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.core import crypto
from portal.core.crypto import SealBroken, blind, key_id_of, seal, seal_bytes, unseal, unseal_bytes

PLACE = "residents.resident.phone_sealed:1"
TEXT = "13812345678"


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture
def keys(settings):
    """Set the key ring from the environment's form; the ring is loaded anew around the test."""

    def use(text: str, index: str = key("i")):
        settings.LINLI_FIELD_KEYS, settings.LINLI_INDEX_KEY = text, index
        crypto.key_ring.cache_clear()

    yield use
    settings.LINLI_FIELD_KEYS = ""
    crypto.key_ring.cache_clear()


def test_round_trip():
    sealed = seal(TEXT, PLACE)
    assert TEXT.encode() not in sealed
    assert unseal(sealed, PLACE) == TEXT
    assert unseal(memoryview(sealed), PLACE) == TEXT


def test_the_same_text_is_never_sealed_the_same_way_twice():
    assert seal(TEXT, PLACE) != seal(TEXT, PLACE)


def test_the_empty_text_stays_empty():
    assert (seal("", PLACE), unseal(b"", PLACE), blind("", "phone")) == (b"", "", "")


@pytest.mark.parametrize("place", ["residents.resident.phone_sealed:2", "residents.x.id_sealed:1"])
def test_a_value_opens_only_in_its_own_place(place):
    with pytest.raises(SealBroken, match="another row or field"):
        unseal(seal(TEXT, PLACE), place)


@pytest.mark.parametrize("at", [0, 1, 3, 6, 20, -1])
def test_one_changed_bit_is_seen(at):
    sealed = bytearray(seal(TEXT, PLACE))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), PLACE)


def test_two_keys_read_and_the_first_writes(keys):
    keys(f"k1:{key('a')}")
    old = seal(TEXT, PLACE)
    keys(f"k2:{key('b')},k1:{key('a')}")
    new = seal(TEXT, PLACE)
    assert (key_id_of(old), key_id_of(new)) == ("k1", "k2")
    assert unseal(old, PLACE) == unseal(new, PLACE) == TEXT


def test_an_unknown_key_is_named_as_such(keys):
    keys(f"k1:{key('a')}")
    old = seal(TEXT, PLACE)
    keys(f"k2:{key('b')}")
    with pytest.raises(SealBroken, match="not in the key ring"):
        unseal(old, PLACE)


def test_blind_depends_on_key_and_purpose(keys):
    keys(f"k1:{key('a')}")
    first = blind(TEXT, "phone")
    assert first == blind(TEXT, "phone")
    assert len(first) == 32
    assert first != blind(TEXT, "id")
    keys(f"k2:{key('b')}")
    assert blind(TEXT, "phone") == first  # field keys may change, the index stays
    keys(f"k1:{key('a')}", key("j"))
    assert blind(TEXT, "phone") != first


@pytest.mark.parametrize(
    ("text", "said"),
    [("k1", "id:base64"), ("k1:!!", "not base64"), (f"k1:{key('a')[:-8]}", "32 bytes")],
)
def test_a_wrong_key_is_said_at_once(keys, text, said):
    keys(text)
    with pytest.raises(ImproperlyConfigured, match=said):
        seal(TEXT, PLACE)


def test_the_key_file_is_made_once_and_closed_to_others(settings, tmp_path):
    settings.LINLI_KEY_FILE = str(tmp_path / "keys" / "fields.json")
    crypto.key_ring.cache_clear()
    sealed = seal(TEXT, PLACE)
    crypto.key_ring.cache_clear()
    assert unseal(sealed, PLACE) == TEXT
    assert stat.S_IMODE((tmp_path / "keys" / "fields.json").stat().st_mode) == 0o600
    crypto.key_ring.cache_clear()


def test_files_are_sealed_too():
    data = bytes(range(256)) * 100
    assert unseal_bytes(seal_bytes(data, "x"), "x") == data


def test_key_file_is_made_once_whoever_starts_together(tmp_path):
    start = Barrier(8)

    def read(_):
        start.wait(30)
        return json.dumps(crypto._key_file(tmp_path / "keys" / "fields.json"))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(read, range(8)))) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["fields.json"]
