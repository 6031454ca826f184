"""An owner's fences: areas around a home with a meaning. A circle, or a polygon of a few corners."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import hypot, pi, sqrt
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.domain.geo import Grid, flat_distance_m
from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from shapely import Polygon as Plane

    from dogwalk.domain.geofence import Crossable

FENCES_MAX = 10  # a home's
RADIUS_MIN_M, RADIUS_MAX_M = 20.0, 5_000.0
HOME_RADIUS_MIN_M = 75.0  # never narrower than without one: it proves that the walker was there
CORNERS_MIN, CORNERS_MAX = 3, 100
AREA_MIN_M2 = 400.0
FAR_M = 10_000.0  # from home
POLYGONS_KEPT = 1_000

Corner = tuple[float, float]  # (lon, lat), as GeoJSON has it


class FenceKind(StrEnum):
    HOME = "home"
    SAFE_AREA = "safe_area"
    NO_GO = "no_go"


@dataclass(frozen=True, slots=True)
class Circle:
    lat: float
    lon: float
    radius_m: float

    def edge_m(self, lat: float, lon: float) -> float:
        return flat_distance_m(self.lat, self.lon, lat, lon) - self.radius_m

    def is_crossed(self, lat_1: float, lon_1: float, lat_2: float, lon_2: float, *, depth_m: float) -> bool:
        grid = Grid(self.lat, self.lon)
        return _to_origin_m(grid.to_plane(lat_1, lon_1), grid.to_plane(lat_2, lon_2)) <= self.radius_m - depth_m


@dataclass(frozen=True, slots=True)
class Polygon:
    """`corners` without the first one again at the end."""

    corners: tuple[Corner, ...]

    @property
    def radius_m(self) -> float:
        return sqrt(_plane(self).area / pi)

    def edge_m(self, lat: float, lon: float) -> float:
        import shapely  # 0.2 s with numpy, which no process needs at start

        plane, (x, y) = _plane(self), self._grid.to_plane(lat, lon)
        border_m = float(shapely.distance(plane.exterior, shapely.Point(x, y)))
        return -border_m if shapely.contains_xy(plane, x, y) else border_m

    def is_crossed(self, lat_1: float, lon_1: float, lat_2: float, lon_2: float, *, depth_m: float) -> bool:
        """As deep as the middle of the way inside."""
        from shapely import LineString

        ends = [self._grid.to_plane(lat_1, lon_1), self._grid.to_plane(lat_2, lon_2)]
        inside = LineString(ends).intersection(_plane(self))
        if inside.is_empty or inside.length == 0:
            return False
        longest = max(getattr(inside, "geoms", [inside]), key=lambda part: part.length)
        middle = longest.interpolate(0.5, normalized=True)
        return bool(_plane(self).exterior.distance(middle) >= depth_m)

    @property
    def _grid(self) -> Grid:
        lon, lat = self.corners[0]
        return Grid(lat, lon)


@dataclass(frozen=True, slots=True)
class Fence:
    """Either a circle or a polygon."""

    id: UUID
    kind: FenceKind
    circle: Circle | None = None
    polygon: Polygon | None = None

    @property
    def area(self) -> Crossable:
        area = self.circle or self.polygon
        assert area is not None  # noqa: S101 a CHECK of the table
        return area


def check_fence(kind: FenceKind, area: Circle | Polygon, *, home: tuple[float, float]) -> None:
    """Raises InvalidInput for what cannot be a fence of this kind around a home at `home` (lat, lon)."""
    if isinstance(area, Polygon):
        _check_polygon(area)
        far_m = min(flat_distance_m(*home, lat, lon) for lon, lat in area.corners)
    else:
        far_m = flat_distance_m(*home, area.lat, area.lon) - area.radius_m
    if far_m > FAR_M:
        raise InvalidInput("The fence is too far from home", code="fence_too_far", pointer=_pointer(area))
    if kind is FenceKind.HOME:
        _check_home(area, home)


def _check_home(area: Circle | Polygon, home: tuple[float, float]) -> None:
    if isinstance(area, Polygon):
        raise InvalidInput("A home's fence is a circle", code="home_needs_circle", pointer="/polygon")
    if area.radius_m < HOME_RADIUS_MIN_M or area.edge_m(*home) > 0:
        detail = f"A home's fence holds the home and reaches {HOME_RADIUS_MIN_M:g} m or more"
        raise InvalidInput(detail, code="home_fence_too_narrow", pointer="/circle")


def _check_polygon(polygon: Polygon) -> None:
    if not CORNERS_MIN <= len(polygon.corners) <= CORNERS_MAX:
        detail = f"A polygon has {CORNERS_MIN} to {CORNERS_MAX} corners"
        raise InvalidInput(detail, code="polygon_invalid", pointer="/polygon/coordinates")
    (min_lon, max_lon), (min_lat, max_lat) = ((min(one), max(one)) for one in zip(*polygon.corners, strict=True))
    if flat_distance_m(min_lat, min_lon, max_lat, max_lon) > 2 * RADIUS_MAX_M:
        raise InvalidInput("The polygon is too large", code="polygon_invalid", pointer="/polygon/coordinates")
    plane = _plane(polygon)
    if not plane.is_valid or plane.area < AREA_MIN_M2:
        detail = "The polygon crosses itself, or holds next to nothing"
        raise InvalidInput(detail, code="polygon_invalid", pointer="/polygon/coordinates")


def _pointer(area: Circle | Polygon) -> str:
    return "/polygon" if isinstance(area, Polygon) else "/circle"


@lru_cache(maxsize=POLYGONS_KEPT)
def _plane(polygon: Polygon) -> Plane:
    import shapely

    grid = polygon._grid  # noqa: SLF001 its own module
    plane = shapely.Polygon([grid.to_plane(lat, lon) for lon, lat in polygon.corners])
    shapely.prepare(plane)
    return plane


def _to_origin_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """From (0, 0) to the way between two points."""
    (x, y), (dx, dy) = one, (other[0] - one[0], other[1] - one[1])
    length2 = dx * dx + dy * dy
    share = min(1.0, max(0.0, -(x * dx + y * dy) / length2)) if length2 else 0.0
    return hypot(x + share * dx, y + share * dy)
