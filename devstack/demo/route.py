"""The way of the demo's walk: a GPX file as it was recorded, or a seeded synthetic one with realistic noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gpxpy

from devstack.walks import SUBURB, synthetic_walk
from dogwalk.domain.track import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gpxpy.gpx import GPXTrackPoint

SEED = 2024
SYNTHETIC_DURATION_S = 1800
HOME_LAT, HOME_LON = 40.7812, -73.9665
LEAST_FIXES = 2


class BadGpx(ValueError):
    """A file that holds no walk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`fixes` count from zero seconds, in order; home is where they begin."""

    fixes: Sequence[Fix]

    @property
    def home(self) -> tuple[float, float]:
        return self.fixes[0].lat, self.fixes[0].lon

    @property
    def duration_s(self) -> float:
        return self.fixes[-1].at_s


def synthetic_route() -> Route:
    walk = synthetic_walk(
        seed=SEED, duration_s=SYNTHETIC_DURATION_S, lat=HOME_LAT, lon=HOME_LON, started_at_s=0.0, reception=SUBURB
    )
    return Route(fixes=walk.fixes)


def gpx_route(file: Path) -> Route:
    """The file's own spacing in time. Raises BadGpx."""
    try:
        document = gpxpy.parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, gpxpy.gpx.GPXException) as error:
        raise BadGpx(f"{file}: {error}") from error
    fixes = sorted(_fixes(document), key=lambda fix: fix.at_s)
    if len(fixes) < LEAST_FIXES:
        raise BadGpx(f"{file}: no track with times")
    first_s = fixes[0].at_s
    return Route(fixes=[fix._replace(at_s=fix.at_s - first_s) for fix in fixes])


def _fixes(document: gpxpy.gpx.GPX) -> Iterator[Fix]:
    for track in document.tracks:
        for segment in track.segments:
            for point in segment.points:
                if point.time is not None:
                    accuracy_m = _accuracy_m(point)
                    yield Fix(point.time.timestamp(), point.latitude, point.longitude, accuracy_m=accuracy_m)


def _accuracy_m(point: GPXTrackPoint) -> float | None:
    """Some recorders write it as an extension; most GPX files say nothing."""
    for extension in point.extensions:
        if extension.tag.rpartition("}")[2].lower() == "hacc" and extension.text:
            return float(extension.text)
    return None
