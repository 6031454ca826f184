"""The way of the demo's walk, and the policy that goes with its length."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from devstack.demo.market import demo_policy
from devstack.demo.route import BadGpx, gpx_route, synthetic_route
from devstack.demo.walk import _position
from dogwalk.domain.geo import haversine_m

if TYPE_CHECKING:
    from pathlib import Path

POINT = '<trkpt lat="{lat}" lon="11.5"><time>2013-06-27T22:29:{second:02d}Z</time></trkpt>'
HACC = '<trkpt lat="48.1" lon="11.5"><time>2013-06-27T22:30:00Z</time><extensions><hAcc>7.5</hAcc></extensions></trkpt>'


def gpx(points: str) -> str:
    return (
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>"
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "walk.gpx"


def test_a_gpx_keeps_its_own_spacing_and_starts_at_zero(file: Path) -> None:
    seconds = (7, 8, 12, 30)
    file.write_text(gpx("".join(POINT.format(lat=48 + s / 1e4, second=s) for s in seconds)))
    route = gpx_route(file)
    assert [fix.at_s for fix in route.fixes] == [0, 1, 5, 23]
    assert route.home == (pytest.approx(48.0007), 11.5)
    assert route.duration_s == 23


def test_a_recorders_accuracy_is_read(file: Path) -> None:
    file.write_text(gpx(POINT.format(lat=48.1, second=1) + HACC))
    assert [fix.accuracy_m for fix in gpx_route(file).fixes] == [None, 7.5]


@pytest.mark.parametrize("text", ["no xml", gpx(""), gpx('<trkpt lat="1" lon="1"></trkpt>' * 3)])
def test_a_file_without_a_walk_is_named(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(BadGpx, match=r"walk\.gpx"):
        gpx_route(file)


def test_a_file_that_is_missing_is_named(file: Path) -> None:
    with pytest.raises(BadGpx, match=r"walk\.gpx"):
        gpx_route(file)


def test_the_synthetic_walk_is_the_same_every_time_and_ends_at_home() -> None:
    route = synthetic_route()
    assert route == synthetic_route()
    assert route.duration_s == 1800
    assert haversine_m(*route.home, route.fixes[-1].lat, route.fixes[-1].lon) < 30


@pytest.mark.parametrize(("walk_s", "booked_s"), [(3060.0, 3060), (1800.0, 1800), (1799.5, 1740), (43.0, 43)])
def test_the_booked_time_is_the_walks_own(walk_s: float, booked_s: int) -> None:
    policy = demo_policy(walk_s=walk_s)
    assert policy.pricing.rates["walk_30"].duration_s == booked_s
    assert policy.version == f"demo-{booked_s}"
    assert policy.walking.ahead_max_s > walk_s


def test_a_position_says_no_accuracy_rather_than_a_made_up_one() -> None:
    fix = synthetic_route().fixes[3]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert _position(3, fix, at)["at"] == "2026-01-01T00:00:03+00:00"
    assert "accuracy_m" not in _position(3, fix._replace(accuracy_m=None), at)
