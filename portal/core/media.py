"""Photos and voice notes from outside: known by their content, never by name or header.

Photos are drawn anew: nothing of the file that came (EXIF, place, comments, whatever was
appended) survives. Voice notes are passed on as they are, so only few containers are let in.
"""

from typing import NamedTuple

from portal.core.errors import DomainError
from portal.core.pictures import UNUSABLE, picture_clean

PHOTO_BYTES = 8 * 1024 * 1024
AUDIO_BYTES = 2 * 1024 * 1024
EDGE = 2048  # longest edge of what is kept
PHOTO, AUDIO = "photo", "audio"
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_MP4 = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash",
        b"3gp4", b"3gp5", b"3gp6", b"3gpp")  # fmt: skip


class Media(NamedTuple):
    """``kind`` photo or audio, ``content_type`` as it may be served."""

    kind: str
    content_type: str
    data: bytes


def media_read(data: bytes) -> Media:
    """A photo, drawn anew, or a voice note. Raises DomainError that says why not."""
    if not data:
        raise DomainError("文件是空的，请重新拍照或录音。")
    if content_type := audio_type(data):
        if len(data) > AUDIO_BYTES:
            raise DomainError("语音超过 2 MB，请分段录。")
        return Media(AUDIO, content_type, data)
    return Media(PHOTO, "image/jpeg", photo_redraw(data))


def photo_redraw(data: bytes) -> bytes:
    """A JPEG of at most EDGE pixels, upright, without anything but its pixels."""
    if len(data) > PHOTO_BYTES:
        raise DomainError("照片超过 8 MB，请缩小后再传。")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise DomainError("这是 HEIC/AVIF 照片，请在相机设置里选“兼容性最佳”（JPEG）后再拍。")
    try:
        return picture_clean(data, longest=EDGE, quality=85).data
    except DomainError:
        raise
    except Exception as error:  # a decoder may fail in any way on what somebody made up
        raise DomainError(UNUSABLE) from error


def audio_type(data: bytes) -> str:
    """The content type of a voice note by its first bytes, "" when it is none."""
    if data[:4] == b"\x1aE\xdf\xa3" and b"webm" in data[:64]:
        return "audio/webm"
    if data[:4] == b"OggS":
        return "audio/ogg"
    if data[4:8] == b"ftyp" and data[8:12] in _MP4:
        return "audio/mp4"
    if data[:3] == b"ID3" or data[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    if data[:5] == b"#!AMR":
        return "audio/amr"
    return ""
