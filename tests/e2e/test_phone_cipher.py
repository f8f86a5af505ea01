"""The cipher of pages without HTTPS is ChaCha20 (RFC 8439), as the library has it."""

import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

HIDE = """async ([key, nonce, bytes]) => {
  const { chacha20 } = await import("/static/linli/phone/cipher.js");
  const [k, n, b] = [key, nonce, bytes].map((one) => new Uint8Array(one));
  return Array.from(chacha20(k, n, b));
}"""
# RFC 8439, 2.4.2
KEY, NONCE = bytes(range(32)), bytes.fromhex("000000000000004a00000000")
PLAIN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
    b"future, sunscreen would be it."
)
HIDDEN = "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b"


def hidden(page, key, nonce, data):
    return bytes(page.evaluate(HIDE, [list(key), list(nonce), list(data)]))


def library(key, nonce, data):
    start = (1).to_bytes(4, "little")  # the counter of the first block
    return Cipher(ChaCha20(key, start + nonce), mode=None).encryptor().update(data)


def test_cipher_gives_the_standard_s_example(page, live_server):
    page.goto(f"{live_server.url}/m/")
    found = hidden(page, KEY, NONCE, PLAIN)
    assert found.hex().startswith(HIDDEN)
    assert found == library(KEY, NONCE, PLAIN)


def test_cipher_agrees_with_the_library_at_every_edge_of_a_block(page, live_server):
    page.goto(f"{live_server.url}/m/")
    for length in (0, 1, 63, 64, 65, 127, 128, 129, 5000):
        key, nonce, data = os.urandom(32), os.urandom(12), os.urandom(length)
        assert hidden(page, key, nonce, data) == library(key, nonce, data), length
        assert hidden(page, key, nonce, library(key, nonce, data)) == data, length
