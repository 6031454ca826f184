"""A photo as the walker's phone would take it: with where it was taken, which nobody may find in what is kept."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

GPS, LATITUDE, LONGITUDE = 0x8825, 2, 4
SIZE = (640, 480)
GRASS, DOG = "#4c8c3f", "#8a5a2b"


def snapshot(lat: float, lon: float) -> bytes:
    """A brown dog on a green field."""
    picture = Image.new("RGB", SIZE, GRASS)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((220, 220, 420, 320), fill=DOG)
    pen.ellipse((380, 170, 460, 250), fill=DOG)
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", LATITUDE: _degrees(lat), 3: "W", LONGITUDE: _degrees(lon)})
    target = BytesIO()
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


def says_where(photo: bytes) -> bool:
    with Image.open(BytesIO(photo)) as opened:
        return bool(opened.getexif().get_ifd(GPS))


def _degrees(angle: float) -> tuple[float, float, float]:
    minutes = abs(angle) % 1 * 60
    return float(int(abs(angle))), float(int(minutes)), round(minutes % 1 * 60, 2)
