"""Positions at rest: fixed records, turned into columns of differences and compressed, ~5 bytes a position against 173.

Little endian throughout. Header `<4sHIq`: magic `DWT1`, number of devices, number of positions, first time (ms). Then the
columns, each over all positions: device u8, milliseconds since the position before u32, latitude and longitude in 1e-7
degrees as differences i32, accuracy u16 (dm), speed u16 (cm/s), flags u8; each column's bytes are grouped by significance,
which deflate likes. 65535 is unknown.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from dogwalk.domain.track.fix import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAGIC = b"DWT1"
HEADER = struct.Struct("<4sHIq")
COLUMNS = (("device", "B"), ("ms", "I"), ("lat", "i"), ("lon", "i"), ("accuracy", "H"), ("speed", "H"), ("flags", "B"))
UNKNOWN = 0xFFFF
DEGREE = 10_000_000


def pack(devices: Sequence[Sequence[Fix]]) -> bytes:
    """Each device's fixes, in order of time within a device; at most 255 devices and 49 days between two fixes."""
    rows = [(number, fix) for number, fixes in enumerate(devices) for fix in sorted(fixes, key=_time)]
    times = [round(fix.at_s * 1000) for _, fix in rows]
    t0 = min(times, default=0)
    columns: dict[str, Iterable[int]] = {
        "device": [number for number, _ in rows],
        "ms": _since_before([number for number, _ in rows], times, t0),
        "lat": _differences(round(fix.lat * DEGREE) for _, fix in rows),
        "lon": _differences(round(fix.lon * DEGREE) for _, fix in rows),
        "accuracy": [_or_unknown(fix.accuracy_m, 10) for _, fix in rows],
        "speed": [_or_unknown(fix.speed_mps, 100) for _, fix in rows],
        "flags": [fix.flags for _, fix in rows],
    }
    body = b"".join(_planes(array(code, columns[name])) for name, code in COLUMNS)
    return zlib.compress(HEADER.pack(MAGIC, len(devices), len(rows), t0) + body)


def unpack(packed: bytes) -> list[list[Fix]]:
    """What `pack` was given: times to the millisecond, places to the centimetre. ValueError when it is no packed track."""
    data = zlib.decompress(packed)
    magic, devices, count, t0 = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise ValueError("Not a packed track")
    columns = _columns(data[HEADER.size :], count)
    found: list[list[Fix]] = [[] for _ in range(devices)]
    lats, lons = ([_wrapped(value) for value in accumulate(columns[name])] for name in ("lat", "lon"))
    for row in range(count):
        of_device = found[columns["device"][row]]
        before_ms = round(of_device[-1].at_s * 1000) if of_device else t0
        of_device.append(
            Fix(
                at_s=(before_ms + columns["ms"][row]) / 1000,
                lat=lats[row] / DEGREE,
                lon=lons[row] / DEGREE,
                accuracy_m=_known(columns["accuracy"][row], 10),
                speed_mps=_known(columns["speed"][row], 100),
                flags=columns["flags"][row],
            )
        )
    return found


def _time(fix: Fix) -> float:
    return fix.at_s


def _since_before(devices: Sequence[int], times: Sequence[int], t0: int) -> list[int]:
    rows = pairwise([(-1, t0), *zip(devices, times, strict=True)])
    return [at - (before if device == device_before else t0) for (device_before, before), (device, at) in rows]


def _differences(values: Iterable[int]) -> list[int]:
    """Modulo 2³²: over the date line a difference is larger than the values."""
    return [_wrapped(value - before) for before, value in pairwise([0, *values])]


def _wrapped(value: int) -> int:
    return (value + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000


def _planes(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    data, size = column.tobytes(), column.itemsize
    return b"".join(data[place::size] for place in range(size))


def _columns(body: bytes, count: int) -> dict[str, array[int]]:
    columns, offset = {}, 0
    for name, code in COLUMNS:
        column = array(code)
        size = column.itemsize
        planes = [body[offset + place * count : offset + (place + 1) * count] for place in range(size)]
        column.frombytes(bytes(byte for values in zip(*planes, strict=True) for byte in values))
        if sys.byteorder == "big":
            column.byteswap()
        columns[name] = column
        offset += size * count
    return columns


def _or_unknown(value: float | None, scale: int) -> int:
    return UNKNOWN if value is None else min(UNKNOWN - 1, max(0, round(value * scale)))


def _known(value: int, scale: int) -> float | None:
    return None if value == UNKNOWN else value / scale
