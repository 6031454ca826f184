from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.walks import synthetic_walk
from dogwalk.domain.track import Fix
from dogwalk.domain.track.figures import figures
from dogwalk.domain.track.packed import pack, unpack

exact = st.builds(
    Fix,
    at_s=st.integers(1_700_000_000_000, 1_700_100_000_000).map(lambda ms: ms / 1000),
    lat=st.integers(-900_000_000, 900_000_000).map(lambda e7: e7 / 10_000_000),
    lon=st.integers(-1_800_000_000, 1_800_000_000).map(lambda e7: e7 / 10_000_000),
    accuracy_m=st.none() | st.integers(0, 60_000).map(lambda dm: dm / 10),
    speed_mps=st.none() | st.integers(0, 60_000).map(lambda cm: cm / 100),
    flags=st.integers(0, 255),
)
devices = st.lists(st.lists(exact, max_size=20), max_size=4)


@given(devices)
def test_what_goes_in_comes_out_in_order_of_time(given_devices: list[list[Fix]]) -> None:
    expected = [sorted(fixes, key=lambda fix: fix.at_s) for fixes in given_devices]
    assert unpack(pack(given_devices)) == expected


def test_a_walk_costs_less_than_its_budget_a_position() -> None:
    fixes = [
        fix._replace(speed_mps=1 + index * 7919 % 80 / 100) for index, fix in enumerate(synthetic_walk(seed=9000).fixes)
    ]
    assert len(pack([fixes])) / len(fixes) < 8.4


def test_a_track_at_rest_gives_the_same_figures() -> None:
    fixes = synthetic_walk(seed=9001).fixes
    (again,) = unpack(pack([fixes]))
    assert figures(again) == figures(fixes)


def test_what_a_record_cannot_hold_is_held_as_far_as_it_can() -> None:
    ((fix,),) = unpack(pack([[Fix(1_700_000_000.00049, 48.123456789, 11.0, 1e9, -1.0)]]))
    assert fix == Fix(1_700_000_000.0, 48.1234568, 11.0, 6553.4, 0.0)


def test_a_walk_over_the_date_line_is_kept() -> None:
    fixes = [Fix(1_700_000_000.0, -17.0, 179.9999), Fix(1_700_000_005.0, -17.0, -179.9999)]
    assert unpack(pack([fixes])) == [fixes]


def test_something_else_is_no_track() -> None:
    with pytest.raises(ValueError, match="Not a packed track"):
        unpack(zlib.compress(bytes(32)))
