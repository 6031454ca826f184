"""Photos decoded and encoded anew by Pillow, on threads: what is kept has been made here, byte for byte."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from dogwalk.errors import DogwalkError, InvalidInput
from dogwalk.ports import CleanPhoto

TAKEN = ("JPEG", "PNG", "HEIF")  # told apart by their first bytes; nothing else of Pillow is asked
# 48 megapixels is what phones make; decoded it is 200 MB, made smaller up to 600 MB for a moment.
PIXELS_MAX = 50_000_000
MIXED = frozenset({"L", "LA", "RGB", "RGBA"})  # whose pixels can be averaged as they are
LONGEST_PX = 4096
QUALITY = 85
THREADS = 2  # each may hold a decoded photo


class PillowPhotoCleaner:
    """Every photo leaves as a JPEG, at most 4096 pixels long."""

    def __init__(self) -> None:
        register_heif_opener()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="photo")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def clean(self, content: bytes) -> CleanPhoto:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _clean, content)


def _clean(content: bytes) -> CleanPhoto:
    try:
        with Image.open(BytesIO(content), formats=TAKEN) as photo:
            return _encoded(_upright(photo))
    except DogwalkError:
        raise
    except UnidentifiedImageError as error:
        raise _refused("photo_type_unknown", "Send a JPEG, PNG or HEIC photo") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders raise anything on bytes made to hurt them
        raise _refused("photo_unreadable", "The photo could not be read") from error


def _upright(photo: Image.Image) -> Image.Image:
    """Its size stands in the header: a bomb is refused before it is decoded."""
    if photo.width * photo.height > PIXELS_MAX:
        raise _too_many_pixels()
    photo.draft("RGB", (LONGEST_PX, LONGEST_PX))  # a larger JPEG is decoded at a fraction of its size
    return _opaque(ImageOps.exif_transpose(_smaller(photo)))


def _smaller(photo: Image.Image) -> Image.Image:
    """Before anything copies it. Colours of a palette, or one that stands for glass, cannot be mixed: told in full first."""
    if photo.mode not in MIXED or "transparency" in photo.info:
        photo = photo.convert("RGBA" if photo.has_transparency_data else "RGB")
    photo.thumbnail((LONGEST_PX, LONGEST_PX))
    return photo


def _opaque(photo: Image.Image) -> Image.Image:
    """What shows through is white, as on paper."""
    if not photo.has_transparency_data:
        return photo.convert("RGB")
    layers = photo.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")


def _encoded(photo: Image.Image) -> CleanPhoto:
    photo.info.clear()  # Pillow would write a comment and XMP again
    target = BytesIO()
    photo.save(target, "JPEG", quality=QUALITY)
    return CleanPhoto(
        content=target.getvalue(), content_type="image/jpeg", width_px=photo.width, height_px=photo.height
    )


def _too_many_pixels() -> InvalidInput:
    return _refused("photo_too_many_pixels", f"At most {PIXELS_MAX // 10**6} megapixels")


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, code=code, pointer="/file")
