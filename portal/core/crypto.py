"""Field encryption (AES-256-GCM with key ids) and blind indexes (HMAC-SHA-256).

A sealed value is ``01 | len(key id) | key id | nonce(12) | ciphertext+tag``; the additional
data binds it to its row and field, so a ciphertext copied elsewhere does not open.
Keys come from the environment or from a key file outside the database; the first field
key writes, all of them read, so a key can be changed while old values stay readable.
"""

import base64
import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = b"\x01"
NONCE = 12
INDEX_LENGTH = 32  # hex characters of the blind index: 128 bits


class SealBroken(Exception):
    """The value does not open: unknown key, wrong row or field, or changed bytes."""


@dataclass(frozen=True)
class KeyRing:
    """``writing`` is the id of the key that seals; ``ciphers`` maps key id to cipher;
    ``index`` is the digest that knows its key and no text yet."""

    writing: bytes
    ciphers: dict[bytes, AESGCM]
    index: hmac.HMAC


def seal_bytes(data: bytes, aad: str) -> bytes:
    """Encrypt bytes for the place that ``aad`` names."""
    ring = key_ring()
    nonce = os.urandom(NONCE)
    sealed = ring.ciphers[ring.writing].encrypt(nonce, data, aad.encode())
    return b"".join((FORMAT, bytes((len(ring.writing),)), ring.writing, nonce, sealed))


def unseal_bytes(blob: bytes, aad: str) -> bytes:
    """Decrypt what ``seal_bytes`` made for the same place.

    Raises SealBroken.
    """
    blob = bytes(blob)
    if len(blob) < 2 or blob[:1] != FORMAT:
        raise SealBroken("unknown format")
    start = 2 + blob[1]
    cipher = key_ring().ciphers.get(blob[2:start])
    if cipher is None:
        raise SealBroken("the key that sealed this value is not in the key ring")
    try:
        return cipher.decrypt(blob[start : start + NONCE], blob[start + NONCE :], aad.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: cut off within the nonce
        raise SealBroken("the value was changed or belongs to another row or field") from error


def seal(text: str, aad: str) -> bytes:
    """Encrypt a text; the empty text stays empty bytes."""
    return seal_bytes(text.encode(), aad) if text else b""


def unseal(blob: bytes, aad: str) -> str:
    """Decrypt a text sealed for the same place."""
    return unseal_bytes(blob, aad).decode() if blob else ""


def key_id_of(blob: bytes) -> str:
    """The id of the key that sealed the value."""
    return bytes(blob)[2 : 2 + blob[1]].decode()


def blind(text: str, purpose: str) -> str:
    """Keyed digest for exact look-up (32 hex characters); the empty text has none."""
    if not text:
        return ""
    digest = key_ring().index.copy()  # half the work of setting the key again
    digest.update(f"{purpose}\0{text}".encode())
    return digest.hexdigest()[:INDEX_LENGTH]


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """Load the key ring once a process (``key_ring.cache_clear()`` after a change)."""
    if settings.LINLI_FIELD_KEYS:
        pairs = [part.strip().split(":", 1) for part in settings.LINLI_FIELD_KEYS.split(",")]
        if any(len(pair) != 2 for pair in pairs):
            raise ImproperlyConfigured("LINLI_FIELD_KEYS must look like id:base64,id:base64")
        return _ring(pairs, settings.LINLI_INDEX_KEY)
    stored = _key_file(Path(settings.LINLI_KEY_FILE))
    return _ring(list(stored["field"].items()), stored["index"])


def _ring(pairs: list, index_key: str) -> KeyRing:
    ciphers = {key_id.encode(): AESGCM(_key_bytes(key_id, text)) for key_id, text in pairs}
    index = hmac.new(_key_bytes("LINLI_INDEX_KEY", index_key), digestmod=hashlib.sha256)
    return KeyRing(pairs[0][0].encode(), ciphers, index)


def _key_bytes(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text or "", validate=True)
    except ValueError as error:
        raise ImproperlyConfigured(f"key {name} is not base64") from error
    if len(key) != 32:
        raise ImproperlyConfigured(f"key {name} must be 32 bytes in base64")
    return key


def _key_file(path: Path) -> dict:
    """Read the key file; a first start makes it, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = {"field": {"k1": _new_key()}, "index": _new_key()}
        aside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")  # threads start together too
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(fresh, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(aside, path)  # the name appears whole, and only for the first process
        aside.unlink()
    return json.loads(path.read_text())


def _new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()
