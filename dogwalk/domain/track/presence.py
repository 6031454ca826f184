"""Was the walker at home all the while? Told by the fence's own rule, so that one jump is no departure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.domain.geofence import UNKNOWN, advance
from dogwalk.domain.track.verdict import EDGE_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dogwalk.domain.track.fix import Fix
    from dogwalk.domain.track.verdict import HomeFence


def waited_at_home(
    devices: Iterable[Sequence[Fix]], *, home: HomeFence, since_s: float, until_s: float, seen_within_s: float
) -> bool:
    """True when one of her phones was in the fence from `since_s` on, was last seen there at most `seen_within_s` before
    `until_s`, and did not leave in between. Fixes in order of time, from before `since_s` on.
    """
    return any(
        _stayed(fixes, home, since_s=since_s + EDGE_S, seen_since_s=until_s - seen_within_s)
        for fixes in ([fix for fix in found if fix.at_s <= until_s] for found in devices)
    )


def _stayed(fixes: Sequence[Fix], home: HomeFence, *, since_s: float, seen_since_s: float) -> bool:
    state, inside_since_s = UNKNOWN, None
    for fix in fixes:
        before = state.is_inside
        state, crossing = advance(state, fix, home)
        if before is None and state.is_inside:
            inside_since_s = fix.at_s
        elif crossing is not None:
            inside_since_s = crossing.at_s if crossing.is_entering else None
    is_fresh = bool(fixes) and fixes[-1].at_s >= seen_since_s
    return is_fresh and inside_since_s is not None and inside_since_s <= since_s


def left_home_s(devices: Iterable[Sequence[Fix]], *, home: HomeFence, since_s: float) -> float | None:
    """When the first of her phones left the fence at or after `since_s`; None when none was seen to."""
    found = (_first_departure_s(fixes, home, since_s) for fixes in devices)
    return min((left_s for left_s in found if left_s is not None), default=None)


def _first_departure_s(fixes: Sequence[Fix], home: HomeFence, since_s: float) -> float | None:
    state = UNKNOWN
    for fix in fixes:
        state, crossing = advance(state, fix, home)
        if crossing is not None and not crossing.is_entering and crossing.at_s >= since_s:
            return crossing.at_s
    return None
