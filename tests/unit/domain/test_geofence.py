from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.geo import Grid
from dogwalk.domain.geofence import UNKNOWN, Crossing, FenceState, advance
from dogwalk.domain.track import Fix, FixFlag
from dogwalk.domain.track.verdict import HomeFence

HOME = HomeFence(lat=48.1372, lon=11.5756, radius_m=75.0)
IN, OUT, BORDER = 20.0, 120.0, 85.0


def at(distance_m: float, at_s: float, *, accuracy_m: float | None = 5.0, flags: int = 0) -> Fix:
    lat, lon = Grid(HOME.lat, HOME.lon).to_degrees(distance_m, 0.0)
    return Fix(at_s, lat, lon, accuracy_m, None, flags)


def crossings(*fixes: Fix, state: FenceState = UNKNOWN) -> list[Crossing]:
    found = []
    for fix in fixes:
        state, crossing = advance(state, fix, HOME)
        if crossing:
            found.append(crossing)
    return found


def every_second(*distances_m: float) -> list[Fix]:
    return [at(distance_m, float(second)) for second, distance_m in enumerate(distances_m)]


def test_the_first_side_is_no_event() -> None:
    assert crossings(*every_second(OUT, OUT, OUT)) == []
    assert crossings(*every_second(IN, IN, IN)) == []


def test_leaving_takes_five_seconds_and_counts_from_the_first_fix_outside() -> None:
    assert crossings(*every_second(IN, *[OUT] * 5)) == []
    assert crossings(*every_second(IN, *[OUT] * 6)) == [Crossing(is_entering=False, at_s=1.0)]


def test_two_fixes_far_enough_apart_are_a_departure() -> None:
    assert crossings(at(IN, 0), at(OUT, 10), at(OUT, 20)) == [Crossing(is_entering=False, at_s=10)]


def test_one_jump_is_nothing() -> None:
    assert crossings(*every_second(IN, IN, 400.0, IN, IN)) == []
    assert crossings(*every_second(OUT, OUT, 0.0, OUT, OUT)) == []


def test_coming_home_takes_two_fixes() -> None:
    assert crossings(*every_second(OUT, IN, IN)) == [Crossing(is_entering=True, at_s=1.0)]


def test_walking_along_the_border_is_nothing() -> None:
    assert crossings(*every_second(IN, *[BORDER, 70.0] * 50)) == []
    assert crossings(*every_second(OUT, *[BORDER, 95.0] * 50)) == []


@pytest.mark.parametrize(
    "wild",
    [
        at(OUT, 1.0, accuracy_m=80.0),
        at(OUT, 1.0, flags=FixFlag.MOCK),
        at(OUT, 1.0, flags=FixFlag.ZERO),
    ],
)
def test_what_is_not_credible_says_nothing(wild: Fix) -> None:
    assert advance(FenceState(is_inside=True), wild, HOME) == (FenceState(is_inside=True), None)
    assert advance(UNKNOWN, wild, HOME) == (UNKNOWN, None)


def test_a_poor_fix_must_be_farther_out_and_a_silent_phone_counts_as_poor() -> None:
    inside = FenceState(is_inside=True)
    for accuracy_m in (30.0, 45.0, None):
        assert advance(inside, at(OUT - 1, 1.0, accuracy_m=accuracy_m), HOME)[0] == inside
        assert advance(inside, at(OUT + 1, 1.0, accuracy_m=accuracy_m), HOME)[0].turning_since_s == 1.0


@given(st.lists(st.floats(0.0, 300.0), max_size=60))
def test_crossings_alternate(distances_m: list[float]) -> None:
    sides = [crossing.is_entering for crossing in crossings(*every_second(*distances_m))]
    assert all(before != after for before, after in pairwise(sides))
