"""How far: one figure with a band around it. Never the 3-D length, which is 5–14 % too long."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dogwalk.domain.track.path import Path
    from dogwalk.domain.track.stays import Stay


GATE_M = 5.0
GATE_MAX_M = 8.0  # what it widens to with the accuracy claimed: at 5 m, a drift of 4 m adds 7 % under trees
LOW_GATE = 1.6  # times the gate: 8 m under an open sky
FAST_MPS = 15 / 3.6
FAST_OVER_S = 10.0  # speeds over one second are noise

Point = tuple[float, float, float]
"""(time, x, y) on the path's plane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Metres. `low_m`: stops collapsed to their centre, a wider gate; `high_m`: every credible fix."""

    best_m: float
    low_m: float
    high_m: float


def gate_for(accuracy_m: float | None) -> float:
    """How far apart two fixes must be to be told apart, by the median of what the phone claims."""
    return GATE_M if accuracy_m is None else min(GATE_MAX_M, max(GATE_M, accuracy_m))


def distance_of(path: Path, stays: Sequence[Stay], steps: Sequence[Point], *, gate_m: float) -> Distance:
    """`steps`: what `steps_of` says for the same gate."""
    return Distance(
        best_m=length_m(steps),
        low_m=length_m(gated(_with_centres(path, stays), LOW_GATE * gate_m)),
        high_m=length_m(points_of(path)),
    )


def total(parts: Sequence[Distance]) -> Distance:
    return Distance(
        best_m=sum((part.best_m for part in parts), start=0.0),
        low_m=sum((part.low_m for part in parts), start=0.0),
        high_m=sum((part.high_m for part in parts), start=0.0),
    )


def gated(points: Iterable[Point], gate_m: float) -> list[Point]:
    """The first, then each one at least `gate_m` from the last kept: a receiver's trembling walks nowhere."""
    kept: list[Point] = []
    x_0 = y_0 = 0.0
    for point in points:
        if not kept or hypot(point[1] - x_0, point[2] - y_0) >= gate_m:
            kept.append(point)
            _, x_0, y_0 = point
    return kept


def length_m(points: Sequence[Point]) -> float:
    return sum(hypot(x_2 - x_1, y_2 - y_1) for (_, x_1, y_1), (_, x_2, y_2) in pairwise(points))


def points_of(path: Path) -> list[Point]:
    return list(zip(path.t, path.x, path.y, strict=True))


def steps_of(path: Path, stays: Sequence[Stay], *, gate_m: float) -> list[Point]:
    """What was walked: of each stop its two ends, and nothing nearer than the gate to the point before."""
    return gated(_without_stays(path, stays), gate_m)


def speeds_mps(steps: Sequence[Point]) -> list[float]:
    return [hypot(x_2 - x_1, y_2 - y_1) / (t_2 - t_1) for (t_1, x_1, y_1), (t_2, x_2, y_2) in pairwise(steps)]


def longest_fast_s(path: Path) -> float:
    """The longest time above 15 km/h without a break, by displacements over 10 s: one jump is not a ride."""
    longest, since, ahead = 0.0, None, 0
    for index, at in enumerate(path.t):
        while ahead < len(path) - 1 and path.t[ahead] - at < FAST_OVER_S:
            ahead += 1
        over_s = path.t[ahead] - at
        if over_s < FAST_OVER_S or path.distance_m(index, ahead) <= FAST_MPS * over_s:
            since = None
            continue
        since = at if since is None else since
        longest = max(longest, path.t[ahead] - since)
    return longest


def _without_stays(path: Path, stays: Sequence[Stay]) -> list[Point]:
    """Of a stop only its first and last fix: what lies between was trembling."""
    points, index = [], 0
    all_points = points_of(path)
    for stay in stays:
        points += [*all_points[index : stay.first + 1], all_points[stay.last]]
        index = stay.last + 1
    return points + all_points[index:]


def _with_centres(path: Path, stays: Sequence[Stay]) -> list[Point]:
    points, index = [], 0
    all_points = points_of(path)
    for stay in stays:
        points += [*all_points[index : stay.first], (path.t[stay.first], stay.x, stay.y)]
        index = stay.last + 1
    return points + all_points[index:]
