"""Circles and polygons as fences, and the no-go zone's own rule."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dogwalk.domain.fence import Circle, FenceKind, Polygon, check_fence
from dogwalk.domain.geo import Grid
from dogwalk.domain.geofence import UNKNOWN, Crossing, FenceState, advance, trespass
from dogwalk.domain.track import Fix, FixFlag
from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

HOME = (48.1372, 11.5756)
GRID = Grid(*HOME)
HALF_M = 100.0


def corner(x: float, y: float) -> tuple[float, float]:
    lat, lon = GRID.to_degrees(x, y)
    return lon, lat


def square(half_m: float = HALF_M) -> Polygon:
    return Polygon((corner(-half_m, -half_m), corner(half_m, -half_m), corner(half_m, half_m), corner(-half_m, half_m)))


L_SHAPE = Polygon(tuple(corner(x, y) for x, y in ((0, 0), (300, 0), (300, 50), (50, 50), (50, 300), (0, 300))))


def at(x: float, at_s: float, *, y: float = 0.0, accuracy_m: float | None = 5.0, flags: int = 0) -> Fix:
    lat, lon = GRID.to_degrees(x, y)
    return Fix(at_s, lat, lon, accuracy_m, None, flags)


def edge_m(area: Circle | Polygon, x: float, y: float = 0.0) -> float:
    return area.edge_m(*GRID.to_degrees(x, y))


@settings(deadline=None)  # shapely is loaded by the first
@given(x=st.floats(-300, 300), y=st.floats(-300, 300))
def test_a_polygons_distance_is_signed_and_in_metres(x: float, y: float) -> None:
    outside = (max(abs(x) - HALF_M, 0.0) ** 2 + max(abs(y) - HALF_M, 0.0) ** 2) ** 0.5
    expected = outside or max(abs(x), abs(y)) - HALF_M
    assert edge_m(square(), x, y) == pytest.approx(expected, abs=0.05)


def test_a_hollow_is_outside() -> None:
    assert edge_m(L_SHAPE, 150, 150) > 90
    assert edge_m(L_SHAPE, 25, 200) == pytest.approx(-25, abs=0.1)


def test_leaving_a_polygon_takes_five_seconds_beyond_its_margin() -> None:
    state, found = UNKNOWN, []
    for second, x in enumerate([0.0, 0.0, 400.0, 0.0, 110.0, 110.0, *[400.0] * 8]):
        state, crossing = advance(state, at(x, float(second)), square())
        found += [crossing] if crossing else []
    assert found == [Crossing(is_entering=False, at_s=6.0)]


def trespasses(area: Circle | Polygon, fixes: Sequence[Fix], state: FenceState = UNKNOWN) -> list[Crossing]:
    found, before = [], None
    for fix in fixes:
        state, crossing = trespass(state, before, fix, area)
        found += [crossing] if crossing else []
        before = fix
    return found


ZONES = (Circle(*HOME, HALF_M), square())


@pytest.mark.parametrize("zone", ZONES)
def test_the_first_fix_surely_inside_a_no_go_zone_counts(zone: Circle | Polygon) -> None:
    assert trespasses(zone, [at(150, 0), at(97, 60), at(80, 120)]) == [Crossing(is_entering=True, at_s=120)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_way_through_a_no_go_zone_counts(zone: Circle | Polygon) -> None:
    assert trespasses(zone, [at(-150, 0), at(150, 60)]) == [Crossing(is_entering=True, at_s=60)]
    assert trespasses(zone, [at(-150, 0, y=120), at(150, 60, y=120)]) == []
    assert trespasses(zone, [at(-150, 0, y=98), at(150, 60, y=98)]) == []


@pytest.mark.parametrize("zone", ZONES)
def test_a_jump_into_a_no_go_zone_is_nothing(zone: Circle | Polygon) -> None:
    assert trespasses(zone, [at(400, 0), at(0, 1), at(401, 2)]) == []


@pytest.mark.parametrize("zone", ZONES)
def test_what_nobody_saw_for_minutes_leads_through_nothing(zone: Circle | Polygon) -> None:
    assert trespasses(zone, [at(-150, 0), at(150, 600)]) == []


@pytest.mark.parametrize("zone", ZONES)
def test_poor_and_made_up_fixes_say_nothing(zone: Circle | Polygon) -> None:
    doubtful = [at(150, 0), at(0, 60, accuracy_m=51.0), at(0, 61, flags=FixFlag.MOCK.value)]
    assert trespasses(zone, doubtful) == []


@pytest.mark.parametrize("zone", ZONES)
def test_who_begins_in_a_no_go_zone_is_told_when_she_comes_again(zone: Circle | Polygon) -> None:
    out = [at(150, 60 + n) for n in range(0, 20, 2)]
    found = trespasses(zone, [at(0, 0), *out, at(0, 150)])
    assert found == [Crossing(is_entering=False, at_s=60), Crossing(is_entering=True, at_s=150)]


BOW_TIE = Polygon((corner(0, 0), corner(100, 100), corner(100, 0), corner(0, 100)))


@pytest.mark.parametrize(
    ("kind", "area", "code"),
    [
        (FenceKind.SAFE_AREA, BOW_TIE, "polygon_invalid"),
        (FenceKind.SAFE_AREA, square(5.0), "polygon_invalid"),
        (FenceKind.SAFE_AREA, square(20_000.0), "polygon_invalid"),
        (FenceKind.NO_GO, Polygon((corner(0, 0), corner(9, 9))), "polygon_invalid"),
        (FenceKind.NO_GO, Circle(HOME[0] + 1, HOME[1], 100.0), "fence_too_far"),
        (FenceKind.HOME, square(), "home_needs_circle"),
        (FenceKind.HOME, Circle(*HOME, 74.0), "home_fence_too_narrow"),
        (FenceKind.HOME, Circle(HOME[0] + 0.01, HOME[1], 100.0), "home_fence_too_narrow"),
    ],
)
def test_what_cannot_be_a_fence_is_refused(kind: FenceKind, area: Circle | Polygon, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_fence(kind, area, home=HOME)
    assert refused.value.code == code


def test_what_can_be_a_fence_is_taken() -> None:
    check_fence(FenceKind.HOME, Circle(*HOME, 75.0), home=HOME)
    check_fence(FenceKind.SAFE_AREA, L_SHAPE, home=HOME)
    check_fence(FenceKind.NO_GO, Circle(*HOME, 20.0), home=HOME)


def test_no_process_loads_shapely_at_its_start() -> None:
    script = "import api.main, workers.registry, sys; sys.exit('shapely' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
