"""What is kept of a photo is its picture: no position, no camera, no trailer; and nothing that hurts its decoder."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from dogwalk.adapters.photos import LONGEST_PX, PIXELS_MAX, PillowPhotoCleaner
from dogwalk.errors import InvalidInput
from tests.support.photos import (
    CAMERA,
    COMMENT,
    GPS,
    HEIC,
    LEFT,
    RIGHT,
    TRAILER,
    TURNED_RIGHT,
    XMP,
    is_like,
    located,
    opened,
    photo,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (CAMERA.encode(), COMMENT, XMP, TRAILER, b"Exif", b"adobe")


@pytest.fixture
def cleaner() -> Iterator[PillowPhotoCleaner]:
    with closing(PillowPhotoCleaner()) as made:
        yield made


async def refusal(cleaner: PillowPhotoCleaner, content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        await cleaner.clean(content)
    return caught.value.code


@pytest.mark.parametrize("content", [located(), located(kind="PNG"), HEIC], ids=["jpeg", "png", "heic"])
async def test_where_it_was_taken_is_gone(cleaner: PillowPhotoCleaner, content: bytes) -> None:
    assert CAMERA.encode() in content
    clean = await cleaner.clean(content)
    assert not [word for word in WORDS if word in clean.content]
    kept = opened(clean.content)
    assert (kept.format, clean.content_type) == ("JPEG", "image/jpeg")
    assert not kept.getexif()
    assert not kept.getexif().get_ifd(GPS)
    assert not kept.info.keys() & {"exif", "xmp", "comment", "icc_profile"}
    assert (clean.width_px, clean.height_px) == kept.size == (96, 64)
    assert is_like(kept.getpixel((5, 30)), LEFT)
    assert is_like(kept.getpixel((90, 30)), RIGHT)


async def test_it_stands_as_it_was_seen(cleaner: PillowPhotoCleaner) -> None:
    kept = opened((await cleaner.clean(located(orientation=TURNED_RIGHT))).content)
    assert kept.size == (64, 96)
    assert is_like(kept.getpixel((30, 5)), LEFT)
    assert is_like(kept.getpixel((30, 90)), RIGHT)


async def test_what_shows_through_is_white(cleaner: PillowPhotoCleaner) -> None:
    content = photo(kind="PNG")
    glass = opened(content).convert("RGBA")
    glass.putalpha(0)
    target = BytesIO()
    glass.save(target, "PNG")
    kept = opened((await cleaner.clean(target.getvalue())).content)
    assert is_like(kept.getpixel((5, 5)), (255, 255, 255))


async def test_a_large_one_is_made_smaller(cleaner: PillowPhotoCleaner) -> None:
    clean = await cleaner.clean(photo(width=6000, height=3000))
    assert (clean.width_px, clean.height_px) == (LONGEST_PX, LONGEST_PX // 2)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", photo(kind="GIF"), photo(kind="TIFF"), photo(kind="WEBP"), b"%PDF-1.7", b"MZ" * 99],
    ids=["empty", "text", "gif", "tiff", "webp", "pdf", "program"],
)
async def test_the_content_says_what_it_is(cleaner: PillowPhotoCleaner, content: bytes) -> None:
    assert await refusal(cleaner, content) == "photo_type_unknown"


@pytest.mark.parametrize("content", [located()[:400], photo(kind="PNG")[:60], HEIC[:500]], ids=["jpeg", "png", "heic"])
async def test_half_a_photo_is_none(cleaner: PillowPhotoCleaner, content: bytes) -> None:
    assert await refusal(cleaner, content) in {"photo_unreadable", "photo_type_unknown"}


@pytest.mark.parametrize("side", [7_100, 20_000, 60_000], ids=lambda side: f"{side} px")
async def test_a_bomb_is_refused_by_its_header(cleaner: PillowPhotoCleaner, side: int) -> None:
    """A few bytes that say they are gigabytes: nothing of them is decoded."""
    assert side * side > PIXELS_MAX
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    assert await refusal(cleaner, bomb) == "photo_too_many_pixels"


async def test_a_text_that_unpacks_without_end_is_refused(cleaner: PillowPhotoCleaner) -> None:
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 200_000_000, 9))
    content = photo(kind="PNG")
    assert await refusal(cleaner, content[:33] + text + content[33:]) == "photo_unreadable"


def test_the_largest_that_is_taken_does_not_fill_the_memory() -> None:
    """Glass from edge to edge, in less than a megabyte. A process of its own says the most it ever held."""
    done = subprocess.run([sys.executable, "-c", CLEANED], input=_glass(7_071), capture_output=True, check=True)
    assert int(done.stdout) < 3.5 * 4 * PIXELS_MAX


CLEANED = """
import asyncio, sys
from pathlib import Path
from dogwalk.adapters.photos import PillowPhotoCleaner
asyncio.run(PillowPhotoCleaner().clean(sys.stdin.buffer.read()))
[held] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(int(held) * 1024)
"""


def _glass(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    packer = zlib.compressobj(1)
    row = b"\0" + b"\x10" * side * 4
    pixels = b"".join([packer.compress(row) for _ in range(side)]) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
