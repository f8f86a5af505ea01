"""Photos and voice notes by their content: what comes out is pixels alone, the rest is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, features

from portal.core.errors import DomainError
from portal.core.media import AUDIO_BYTES, EDGE, media_read

SCRIPT = b"<script>alert(1)</script>"


def drawn(form="JPEG", size=(60, 40), mode="RGB", color="red", **values) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, form, **values)
    return out.getvalue()


def exif(orientation=1) -> bytes:
    """Camera, owner and place, as a phone writes them."""
    data = Image.Exif()
    data[0x0112], data[0x010F], data[0x9286] = orientation, "SecretPhone", "13912345678"
    data.get_ifd(0x8825)[2] = (41.0, 30.0, 7.0)
    return data.tobytes()


def huge_png(width, height) -> bytes:
    """The head of a picture that would fill the memory."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999))


WHOLE = {
    "jpeg": drawn(),
    "png": drawn("PNG"),
    "png with alpha": drawn("PNG", mode="RGBA", color=(0, 0, 0, 0)),
    "png palette": drawn("PNG", mode="P", color=3),
    "png palette transparent": drawn("PNG", mode="P", color=3, transparency=3),
    "png grey": drawn("PNG", mode="L", color=90),
    "png 16 bit": drawn("PNG", mode="I;16", color=9000),
    "jpeg cmyk": drawn(mode="CMYK", color=(9, 9, 9, 9)),
    "jpeg progressive": drawn(progressive=True),
    "jpeg one pixel": drawn(size=(1, 1)),
    "jpeg with exif": drawn(exif=exif()),
    "jpeg with comment": drawn(comment=SCRIPT),
    "jpeg and script behind": drawn() + SCRIPT,
    "jpeg and zip behind": drawn() + b"PK\x03\x04" + b"x" * 200,
    "jpeg and html in a segment": drawn(comment=b"<!doctype html>" + SCRIPT),
    "png with text": drawn("PNG", pnginfo=None) + SCRIPT,
    "jpeg wide": drawn(size=(5000, 10)),
    "jpeg large": drawn(size=(4000, 3000)),
}
if features.check("webp"):
    WHOLE |= {"webp": drawn("WEBP"), "webp with exif": drawn("WEBP", exif=exif())}

REFUSED = {
    "empty": b"",
    "one byte": b"\xff",
    "text": b"hello",
    "html": b"<!doctype html>" + SCRIPT,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg with head": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "gif": drawn("GIF"),
    "gif polyglot": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "bmp": drawn("BMP"),
    "tiff": drawn("TIFF"),
    "ico": drawn("ICO", size=(32, 32)),
    "pdf": drawn("PDF"),
    "eps": drawn("EPS"),
    "ppm": drawn("PPM"),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99,
    "avif": b"\0\0\0\x18ftypavif\0\0\0\0" + b"\0" * 99,
    "jpeg cut in the head": drawn()[:30],
    "jpeg cut in the middle": drawn(size=(900, 900))[:-2000],
    "png cut": drawn("PNG", size=(300, 300))[:120],
    "png broken sum": drawn("PNG").replace(b"IDAT", b"IDAX"),
    "jpeg head alone": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "png head alone": b"\x89PNG\r\n\x1a\n",
    "webp head alone": b"RIFF\x24\0\0\0WEBPVP8 ",
    "bomb": huge_png(30_000, 30_000),
    "bomb wide": huge_png(2_000_000, 60),
    "bomb beyond measure": huge_png(2**31 - 1, 2**31 - 1),
    "zip": b"PK\x03\x04" + b"\0" * 99,
    "exe": b"MZ" + b"\0" * 99,
    "elf": b"\x7fELF" + b"\0" * 99,
    "script": b"#!/bin/sh\nrm -rf /",
    "too large": drawn() + b"\0" * (8 * 1024 * 1024),
    "video mp4 of another brand": b"\0\0\0\x18ftypqt  \0\0\0\0" + b"\0" * 99,
    "matroska": b"\x1aE\xdf\xa3" + b"matroska" + b"\0" * 99,
    "riff avi": b"RIFF\0\0\0\0AVI LIST",
    "audio too long": b"OggS" + b"\0" * AUDIO_BYTES,
}

AUDIO = {
    "audio/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"\0" * 99,
    "audio/ogg": b"OggS" + b"\0" * 99,
    "audio/mp4": b"\0\0\0\x18ftypM4A \0\0\0\0" + b"\0" * 99,
    "audio/mpeg": b"ID3\x04" + b"\0" * 99,
    "audio/wav": b"RIFF\0\0\0\0WAVEfmt ",
    "audio/amr": b"#!AMR\n" + b"\0" * 99,
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_photo_is_drawn_anew(name):
    media = media_read(WHOLE[name])
    assert (media.kind, media.content_type) == ("photo", "image/jpeg")
    with Image.open(io.BytesIO(media.data)) as image:
        image.load()
        assert (image.format, image.mode, dict(image.getexif())) == ("JPEG", "RGB", {})
        assert max(image.size) <= EDGE
        assert not {"exif", "comment", "icc_profile"} & image.info.keys()
    for secret in (b"SecretPhone", b"13912345678", b"script", b"PK\x03\x04", b"Exif"):
        assert secret not in media.data


@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60)),
                                                   (8, (40, 60))])  # fmt: skip
def test_a_photo_stands_upright(orientation, size):
    with Image.open(io.BytesIO(media_read(drawn(exif=exif(orientation))).data)) as image:
        assert image.size == size


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_words(name):
    with pytest.raises(DomainError) as refused:
        media_read(REFUSED[name])
    assert 5 < len(refused.value.message) < 80


@pytest.mark.parametrize("content_type", AUDIO)
def test_a_voice_note_is_known_by_its_first_bytes(content_type):
    media = media_read(AUDIO[content_type])
    assert media == ("audio", content_type, AUDIO[content_type])


def test_transparent_ground_becomes_white():
    with Image.open(io.BytesIO(media_read(WHOLE["png with alpha"]).data)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)
