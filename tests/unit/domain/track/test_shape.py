from __future__ import annotations

import polyline
import pytest

from devstack.walks import OPEN_SKY, synthetic_walk
from dogwalk.domain.geo import METRES_PER_DEGREE, haversine_m
from dogwalk.domain.track import Fix
from dogwalk.domain.track.shape import decoded_route, encoded_route
from dogwalk.domain.track.walked import walked

LAT, LON = 48.1372, 11.5756


def drawn(fixes: list[Fix]) -> str:
    return encoded_route(walked(fixes))


def north(*metres: float) -> list[Fix]:
    return [Fix(at * 10.0, LAT + m / METRES_PER_DEGREE, LON, 5.0) for at, m in enumerate(metres)]


def test_a_straight_line_is_its_two_ends() -> None:
    points = decoded_route(drawn(north(*range(0, 1000, 14))))
    assert points == [(LAT, LON), (pytest.approx(LAT + 994 / METRES_PER_DEGREE, abs=1e-5), LON)]


def test_a_corner_stays() -> None:
    corner = north(*range(0, 300, 10))[-1]
    east = [corner._replace(at_s=corner.at_s + at, lon=LON + 1.4 * at / METRES_PER_DEGREE) for at in range(10, 300, 10)]
    points = decoded_route(drawn([*north(*range(0, 300, 10)), *east]))
    assert len(points) == 3
    assert points[1] == (pytest.approx(corner.lat, abs=1e-5), LON)


def test_a_walk_is_drawn_where_it_was_walked_with_few_points() -> None:
    fixes = synthetic_walk(seed=9003, reception=OPEN_SKY).fixes
    points = decoded_route(drawn(fixes))
    assert 10 < len(points) < len(fixes) / 10
    for lat, lon in points:
        assert min(haversine_m(lat, lon, fix.lat, fix.lon) for fix in fixes) < 6


def test_it_is_the_encoding_everybody_reads() -> None:
    assert drawn([Fix(0.0, 38.5, -120.2)]) == "_p~iF~ps|U"
    assert polyline.decode(drawn(north(0, 100))) == decoded_route(drawn(north(0, 100)))


def test_a_route_without_a_point_is_empty() -> None:
    assert drawn([]) == ""
    assert decoded_route("") == []
