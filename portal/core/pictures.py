"""Pictures from outside, drawn anew: only the pixels are kept, no EXIF, no place, no script."""

import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from portal.core.errors import DomainError

BYTES_AT_MOST = 15 * 2**20
PIXELS_AT_MOST = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
UNUSABLE = "这不是能使用的图片，请用 JPEG、PNG 或 WebP 格式的照片。"


class Picture(NamedTuple):
    """A JPEG that holds nothing but pixels."""

    data: bytes
    width: int
    height: int


def picture_clean(data: bytes, longest: int = 1600, quality: int = 82) -> Picture:
    """The picture upright, at most ``longest`` pixels long, as a fresh JPEG.

    Raises DomainError for what is no picture, is cut off, or would fill the memory.
    """
    if len(data) > BYTES_AT_MOST:
        raise DomainError("图片超过 15 MB，请缩小后再传。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > PIXELS_AT_MOST:
                    raise DomainError("图片的像素太多，请缩小后再传。")
                image.draft("RGB", (longest, longest))
                return _drawn(image, longest, quality)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DomainError("图片的像素太多，请缩小后再传。") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise DomainError(UNUSABLE) from error


def _drawn(image: Image.Image, longest: int, quality: int) -> Picture:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright, mask=upright.getchannel("A"))
        upright = paper
    upright = upright.convert("RGB")
    upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    buffer = io.BytesIO()
    fresh.save(buffer, "JPEG", quality=quality, optimize=True)
    return Picture(buffer.getvalue(), *fresh.size)
