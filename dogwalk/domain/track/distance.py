"""How far: one figure with a band around it. Never the 3-D length, which is 5–14 % too long."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


GATE_M = 5.0
LOW_GATE_M = 8.0
GAP_S = 120.0

Point = tuple[float, float, float]
"""(time, x, y) on the path's plane."""


def gated(points: Iterable[Point], gate_m: float) -> list[Point]:
    """The first, then each one at least `gate_m` from the last kept: a receiver's trembling walks nowhere."""
    kept: list[Point] = []
    x_0 = y_0 = 0.0
    for point in points:
        if not kept or hypot(point[1] - x_0, point[2] - y_0) >= gate_m:
            kept.append(point)
            _, x_0, y_0 = point
    return kept
