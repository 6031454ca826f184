"""Stay points: where somebody stood, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dogwalk.domain.track.path import Path

STAY_RADIUS_M = 12.0
STAY_MIN_S = 20.0
TRIM_RADIUS_M = 5.0  # the last steps towards a stop and the first from it are inside 12 m, but no stop
AROUND = 3  # fixes to each side: speed between neighbours is noise


@dataclass(frozen=True, slots=True)
class Stay:
    """Fixes `first` … `last`, both included, around (`x`, `y`) on the path's plane."""

    first: int
    last: int
    x: float
    y: float

    def pause_s(self, path: Path, *, pace_mps: float | None) -> float:
        """Without the last steps towards the stop and the first from it, where they were walked: at 1.3 m/s they are 5 s
        of a stop, 4–5 % of a walk's moving time.
        """
        span_s = path.t[self.last] - path.t[self.first]
        if not pace_mps:
            return span_s
        steps_m = sum(
            hypot(path.x[end] - self.x, path.y[end] - self.y)
            for end in (self.first, self.last)
            if _speed_around(path, end) > pace_mps / 2
        )
        return max(0.0, span_s - steps_m / pace_mps)


def find_stays(path: Path) -> list[Stay]:
    """Runs of at least 20 s within 12 m of their first fix (Li et al. 2008), ends trimmed to 5 m of the centre."""
    stays: list[Stay] = []
    index = ahead = 0
    while index < len(path):
        ahead = _first_after(path, ahead, path.t[index] + STAY_MIN_S)
        if ahead == len(path):
            break
        last = _last_within(path, index) if path.distance_m(index, ahead) <= STAY_RADIUS_M else index
        if last < ahead:
            index += 1
            continue
        stays.append(_trimmed(path, index, last))
        index = last + 1
    return stays


def _first_after(path: Path, index: int, at_s: float) -> int:
    while index < len(path) and path.t[index] < at_s:
        index += 1
    return index


def _last_within(path: Path, anchor: int) -> int:
    x, y = path.x, path.y
    x_0, y_0 = x[anchor], y[anchor]
    last = anchor
    while last + 1 < len(x) and hypot(x[last + 1] - x_0, y[last + 1] - y_0) <= STAY_RADIUS_M:
        last += 1
    return last


def _trimmed(path: Path, first: int, last: int) -> Stay:
    x, y = median(path.x[first : last + 1]), median(path.y[first : last + 1])
    while first < last and hypot(path.x[first] - x, path.y[first] - y) > TRIM_RADIUS_M:
        first += 1
    while last > first and hypot(path.x[last] - x, path.y[last] - y) > TRIM_RADIUS_M:
        last -= 1
    return Stay(first, last, x, y)


def _speed_around(path: Path, index: int) -> float:
    before, after = max(0, index - AROUND), min(len(path) - 1, index + AROUND)
    return path.distance_m(before, after) / (path.t[after] - path.t[before])
