"""A route as JSON, GeoJSON (RFC 7946) and GPX 1.1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.schemas.route import RouteFigures, RouteView
from dogwalk.domain.track.shape import PRECISION, decoded_route
from dogwalk.domain.track.walked import GAP_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gpxpy.gpx import GPXTrackSegment

    from dogwalk.domain.track import Fix
    from dogwalk.domain.track.figures import Figures
    from dogwalk.services.tracking.route import Route

JSON, GEOJSON, GPX_XML = "application/json", "application/geo+json", "application/gpx+xml"
LINE = 2  # points, at least


def route_view(route: Route) -> RouteView:
    return RouteView(
        booking_id=route.booking_id,
        status=_status(route),
        started_at=route.started_at,
        finished_at=route.finished_at,
        polyline=route.polyline,
        polyline_precision=PRECISION,
        figures=_figures(route.figures) if route.figures else None,
    )


def geojson(route: Route) -> str:
    """One feature: a line, or no geometry while there are not two places to draw it between."""
    points = [[round(lon, PRECISION), round(lat, PRECISION)] for lat, lon in decoded_route(route.polyline)]
    geometry = {"type": "LineString", "coordinates": points} if len(points) >= LINE else None
    properties = route_view(route).model_dump(mode="json", exclude={"polyline", "polyline_precision"})
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties})


def gpx(route: Route) -> str:
    """Every credible position with its time; a new segment after a gap of more than 2 min."""
    from gpxpy.gpx import GPX, GPXTrack  # imported where it is used: the API starts without it

    document = GPX()
    document.creator = "Dogwalk"
    track = GPXTrack(name=f"Walk {route.booking_id}")
    track.segments = [_segment(part) for part in _without_gaps(route.fixes)]
    document.tracks.append(track)
    text: str = document.to_xml(version="1.1")
    return text


def _status(route: Route) -> str:
    if route.started_at is None:
        return "not_started"
    return "finished" if route.finished_at else "in_progress"


def _figures(figures: Figures) -> RouteFigures:
    metres_and_seconds: dict[str, Any] = {
        name: round(getattr(figures, name))
        for name in (
            "distance_m",
            "distance_low_m",
            "distance_high_m",
            "gap_m",
            "elapsed_s",
            "moving_s",
            "paused_s",
            "longest_gap_s",
        )
    }
    return RouteFigures(
        **metres_and_seconds,
        coverage=round(figures.coverage, 3),
        speed_p95_mps=None if figures.speed_p95_mps is None else round(figures.speed_p95_mps, 2),
        quality=figures.quality.value,
        positions=figures.fixes,
        positions_used=figures.fixes_used,
        algorithm_version=figures.algorithm_version,
    )


def _segment(fixes: Sequence[Fix]) -> GPXTrackSegment:
    from gpxpy.gpx import GPXTrackPoint, GPXTrackSegment

    return GPXTrackSegment(
        [GPXTrackPoint(fix.lat, fix.lon, time=datetime.fromtimestamp(fix.at_s, UTC)) for fix in fixes]
    )


def _without_gaps(fixes: Sequence[Fix]) -> list[Sequence[Fix]]:
    cuts = [index for index, (a, b) in enumerate(pairwise(fixes), start=1) if b.at_s - a.at_s > GAP_S]
    return [fixes[first:end] for first, end in pairwise([0, *cuts, len(fixes)]) if end > first]
