"""Which positions count: an ordered list of checks, each of which gives the code it refuses with. Nothing here refuses a
request: a phone would repeat it for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from dogwalk.domain.track.fix import Fix, FixFlag
from dogwalk.domain.track.verdict import EDGE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from dogwalk.services.tracking.point import Point

ROLLOVER = timedelta(weeks=1024)
EDGE = timedelta(seconds=EDGE_S)  # what a verdict looks at after the finish
LAT_MAX, LON_MAX = 90, 180
NEVER = datetime.max.replace(tzinfo=UTC)


class Window(NamedTuple):
    """Times of positions that count, both ends included. `is_open`: the walk takes positions at all."""

    is_open: bool
    first: datetime
    last: datetime


class Judged(NamedTuple):
    """`fix.at_s` is `at`; `code` says why the position does not count."""

    at: datetime
    fix: Fix
    heading_deg: float | None
    battery: float | None
    seq: int | None
    code: str | None


def window_of(
    *,
    opens_at: datetime | None,
    finished_at: datetime | None,
    closes_at: datetime | None,
    max_ahead_s: int,
    received_at: datetime,
) -> Window:
    ahead = received_at + timedelta(seconds=max_ahead_s)
    last = ahead if finished_at is None else min(ahead, finished_at + EDGE)
    return Window(closes_at is None or received_at < closes_at, opens_at or NEVER, last)


def judge(point: Point, window: Window, before: Fix | None) -> Judged:
    """`before`: the device's position before this one, if there is one."""
    at, flags = _true_time(point.at, window)
    flags |= FixFlag.MOCK.value if point.mock else 0
    flags |= FixFlag.ZERO.value if not point.lat and not point.lon else 0
    fix = Fix(at.timestamp(), point.lat, point.lon, _known(point.accuracy_m), _known(point.speed_mps), flags)
    if before is not None and _is_stale(before, fix):
        fix = fix._replace(flags=flags | FixFlag.STALE.value)
    code = next((code for code, refuses in CHECKS if refuses(at, fix, window)), None)
    return Judged(at, fix, _known(point.heading_deg), _known(point.battery), point.seq, code)


def _true_time(at: datetime, window: Window) -> tuple[datetime, int]:
    """The time as sent, unless the receiver's GPS week had wrapped: then 1024 weeks later, and flagged so."""
    if window.first is not NEVER and at < window.first and window.first <= at + ROLLOVER <= window.last:
        return at + ROLLOVER, FixFlag.ROLLOVER.value
    return at, 0


def _is_stale(before: Fix, fix: Fix) -> bool:
    """The same place to the last digit under a new time: repeated by the phone, not measured again."""
    return before.lat == fix.lat and before.lon == fix.lon and before.at_s < fix.at_s


def _known(value: float | None) -> float | None:
    """Phones say −1 where they do not know."""
    return value if value is not None and isfinite(value) and value >= 0 else None


def _is_closed(_: datetime, __: Fix, window: Window) -> bool:
    return not window.is_open


def _is_nowhere(_: datetime, fix: Fix, __: Window) -> bool:
    return abs(fix.lat) > LAT_MAX or abs(fix.lon) > LON_MAX


def _is_out_of_window(at: datetime, _: Fix, window: Window) -> bool:
    return not window.first <= at <= window.last


CHECKS: tuple[tuple[str, Callable[[datetime, Fix, Window], bool]], ...] = (
    ("walk_closed", _is_closed),
    ("bad_coordinates", _is_nowhere),
    ("time_out_of_window", _is_out_of_window),
)
