"""When the phone was heard: presence is what money is decided by."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_S = 15.0


def covered_s(times: Sequence[float], from_s: float, to_s: float) -> float:
    """How much of the window has a fix within 15 s. `times` in order."""
    total, reached = 0.0, from_s
    for at in times:
        first, last = max(at - NEAR_S, reached), min(at + NEAR_S, to_s)
        if last > first:
            total += last - first
            reached = last
    return total


def longest_silence_s(times: Sequence[float], from_s: float, to_s: float) -> float:
    """The longest stretch of the window without a fix, its two ends included. `times` in order."""
    inside = [at for at in times if from_s <= at <= to_s]
    return max(second - first for first, second in pairwise([from_s, *inside, to_s]))
