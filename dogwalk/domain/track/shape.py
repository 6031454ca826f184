"""A route for a map: no trembling, no stops, gaps bridged, simplified to 5 m; an encoded polyline of precision 5 (1.1 m)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polyline

from dogwalk.domain.track.distance import GATE_M, steps_of
from dogwalk.domain.track.path import path_of
from dogwalk.domain.track.stays import find_stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.domain.track.fix import Fix

SIMPLIFIED_TO_M = 5.0
PRECISION = 5


def encoded_route(kept: Sequence[Fix]) -> str:
    """Of what `clean` has left of one device's fixes; empty when that is nothing."""
    from shapely import LineString  # 0.2 s with numpy, which no process needs at start

    path = path_of(kept)
    points = [(x, y) for _, x, y in steps_of(path, find_stays(path), gate_m=GATE_M)]
    if len(points) > 1:
        points = [(x, y) for x, y in LineString(points).simplify(SIMPLIFIED_TO_M).coords]
    if not points:
        return ""  # polyline.encode knows no empty route
    return polyline.encode([path.grid.to_degrees(x, y) for x, y in points], PRECISION)


def decoded_route(encoded: str) -> list[tuple[float, float]]:
    """(lat, lon) of each point."""
    return polyline.decode(encoded, PRECISION) if encoded else []
