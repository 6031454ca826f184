"""Photos as phones make them: with where they were taken, the camera's name, and more than meets the eye."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from dogwalk.db.models.base import uuid7
from dogwalk.services.photo.walk import WalkPhotos

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.bootstrap import Resources

CAMERA = "CanaryPhone"
COMMENT = b"canary comment"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>canary xmp</x:xmpmeta>"
TRAILER = b"canary trailer"
MADE, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
TURNED_RIGHT = 6  # the camera was held upright: turn it by 90 degrees to look at it
LEFT, RIGHT = (200, 30, 30), (0, 128, 0)

# 96 x 64, left half LEFT, right half RIGHT, by libheif with the same EXIF: there is no encoder among our dependencies.
HEIC = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAABuwABAAAAAAAAADsAAgAAAAAB9gABAAAAAAAAAKIAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAB"
    "ppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAA5W1kYXQAAAA3KAGvWIsyDpJf//K13/9R/kPlAMOjd/mYH63E/3/sRZUHGSCU3ENZVM2OzRftqQgv"
    "YhrhnB+mRAAAAAZFeGlmAABNTQAqAAAACAACAQ8AAgAAAAwAAAAmiCUABAAAAAEAAAAyAAAAAENhbmFyeVBob25lAAAEAAEAAgAAAAJOAAAAAA"
    "IABQAAAAMAAABoAAMAAgAAAAJXAAAAAAQABQAAAAMAAACAAAAAAAAAACgAAAABAAAALgAAAAEAAAA0AAAAAQAAAEkAAAABAAAAOQAAAAEAAAA7"
    "AAAAAQ=="
)


def photo(*, width: int = 96, height: int = 64, kind: str = "JPEG", **options: Any) -> bytes:
    """Left half LEFT, right half RIGHT."""
    made = Image.new("RGB", (width, height), RIGHT)
    made.paste(LEFT, (0, 0, width // 2, height))
    target = BytesIO()
    made.save(target, kind, **options)
    return target.getvalue()


def located(*, orientation: int = 1, kind: str = "JPEG") -> bytes:
    """Says where it was taken, by which camera, and holds bytes behind its end."""
    exif = Image.Exif()
    exif[MADE], exif[ORIENTATION] = CAMERA, orientation
    exif.get_ifd(GPS).update({1: "N", 2: (40.0, 46.0, 52.0), 3: "W", 4: (73.0, 57.0, 59.0)})
    more = {"comment": COMMENT, "xmp": XMP} if kind == "JPEG" else {}
    return photo(kind=kind, exif=exif, **more) + TRAILER


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def is_like(colour: Any, other: tuple[int, int, int]) -> bool:
    """JPEG keeps colours nearly."""
    return all(abs(one - two) < 12 for one, two in zip(colour, other, strict=True))


async def send_photo(resources: Resources, booking_id: UUID, walker_id: UUID) -> UUID:
    """As the API takes it in, now."""
    photos = WalkPhotos(database=resources.database, store=resources.objects, shelf=resources.photo_shelf)
    photo_id, at = uuid7(), resources.clock.now()
    await photos.add(photo_id, photo(), booking_id=booking_id, walker_id=walker_id, at=at)
    return photo_id
