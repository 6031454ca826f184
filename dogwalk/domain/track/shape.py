"""A route for a map: no trembling, no stops, gaps bridged, simplified to 5 m; an encoded polyline of precision 5 (1.1 m)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polyline

if TYPE_CHECKING:
    from dogwalk.domain.track.walked import Walked

SIMPLIFIED_TO_M = 5.0
PRECISION = 5


def encoded_route(walk: Walked) -> str:
    """The line from step to step; empty when there is not one."""
    from shapely import LineString  # 0.2 s with numpy, which no process needs at start

    points = [(x, y) for stretch in walk.stretches for _, x, y in stretch.steps]
    if len(points) > 1:
        points = [(x, y) for x, y in LineString(points).simplify(SIMPLIFIED_TO_M).coords]
    if not points:
        return ""  # polyline.encode knows no empty route
    return polyline.encode([walk.path.grid.to_degrees(x, y) for x, y in points], PRECISION)


def decoded_route(encoded: str) -> list[tuple[float, float]]:
    """(lat, lon) of each point."""
    return polyline.decode(encoded, PRECISION) if encoded else []
