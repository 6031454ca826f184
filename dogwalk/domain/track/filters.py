"""Which fixes the figures stand on: an ordered list of steps, each of which drops some and is the reason it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.domain.geo import flat_distance_m
from dogwalk.domain.track.fix import Fix, FixFlag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ACCURACY_MAX_M = 50.0
REACH_MPS = 8.0  # nobody walks a dog faster; a sprinting walker is below it
ZERO, MOCK = FixFlag.ZERO.value, FixFlag.MOCK.value  # plain ints: a flag's own `&` takes 1 µs, 7 ms an hour's walk
LOOK_AHEAD = 5  # fixes: a reflection lasts some seconds, a train ride does not come back


def zero(fixes: Sequence[Fix]) -> list[Fix]:
    """(0, 0) is a receiver without a position, not a place in the Atlantic."""
    return [fix for fix in fixes if not fix.flags & ZERO and (fix.lat or fix.lon)]


def mock(fixes: Sequence[Fix]) -> list[Fix]:
    return [fix for fix in fixes if not fix.flags & MOCK]


def duplicate(fixes: Sequence[Fix]) -> list[Fix]:
    """One fix an instant; of two, the better one. Also puts them in order: later steps need it."""
    best: dict[float, Fix] = {}
    for fix in sorted(fixes, key=_accuracy_last):
        best.setdefault(fix.at_s, fix)
    return sorted(best.values())


def inaccurate(fixes: Sequence[Fix]) -> list[Fix]:
    """A phone that does not say how good its position is gets the benefit of the doubt."""
    return [fix for fix in fixes if fix.accuracy_m is None or fix.accuracy_m <= ACCURACY_MAX_M]


def impossible_speed(fixes: Sequence[Fix]) -> list[Fix]:
    """Spikes: fixes out of reach from the last good one, when one of the next five is within reach again. Without
    such a return it is no spike but a move (a ride, or the last one was wrong), and it stays.
    """
    kept = list(fixes[_first_credible(fixes) :][:1])
    index = _first_credible(fixes) + 1
    while index < len(fixes):
        index = _next_credible(kept[-1], fixes, index)
        kept.append(fixes[index])
        index += 1
    return kept


FILTERS: tuple[Callable[[Sequence[Fix]], list[Fix]], ...] = (zero, mock, duplicate, inaccurate, impossible_speed)


def clean(fixes: Sequence[Fix]) -> tuple[list[Fix], dict[str, int]]:
    """What is left in order of time, and how many fell for which reason."""
    kept, dropped = list(fixes), {}
    for step in FILTERS:
        left = step(kept)
        dropped[step.__name__] = len(kept) - len(left)
        kept = left
    return kept, dropped


def is_within_reach(first: Fix, second: Fix) -> bool:
    reach_m = REACH_MPS * abs(second.at_s - first.at_s)
    return flat_distance_m(first.lat, first.lon, second.lat, second.lon) <= reach_m


def _next_credible(last: Fix, fixes: Sequence[Fix], index: int) -> int:
    for ahead in range(index, min(index + LOOK_AHEAD + 1, len(fixes))):
        if is_within_reach(last, fixes[ahead]):
            return ahead
    return index


def _first_credible(fixes: Sequence[Fix]) -> int:
    """Receivers wake up with their last known place: leading fixes that their followers deny are skipped."""
    for index in range(min(LOOK_AHEAD, len(fixes) - 2)):
        if any(is_within_reach(fixes[index], fix) for fix in fixes[index + 1 : index + 1 + LOOK_AHEAD]):
            return index
    return 0


def _accuracy_last(fix: Fix) -> tuple[float, float, float, float]:
    """The place too, so that the order of arrival decides nothing."""
    return fix.at_s, float("inf") if fix.accuracy_m is None else fix.accuracy_m, fix.lat, fix.lon
