"""Many measurements as a few figures, and how two things are measured so that the machine's mood falls on both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed (nearest rank): one that was measured, none in between."""
    rank = max(1, math.ceil(percent / 100 * len(values)))
    return sorted(values)[rank - 1]


def ratio(measured: float, floor: float) -> float:
    """ValueError for a floor of nothing: something was not measured at all."""
    if floor <= 0:
        raise ValueError(f"a floor of {floor:g} is none")
    return measured / floor


async def in_turn(
    measured: Callable[[], Awaitable[T]], floor: Callable[[], Awaitable[T]], *, rounds: int
) -> tuple[list[T], list[T]]:
    """ABBA ABBA …: both see the same machine, and neither always comes first after the other."""
    ours: list[T] = []
    floors: list[T] = []
    for number in range(rounds):
        first, second = ((measured, ours), (floor, floors))[:: -1 if number % 2 else 1]
        for work, found in (first, second):
            found.append(await work())
    return ours, floors
