"""One position as the rules see it."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple


class FixFlag(IntFlag):
    """What is odd about a position. It is stored and shown; the rules say what still counts."""

    NONE = 0
    MOCK = 1  # the phone says another app made it up
    ZERO = 2  # (0, 0): a receiver without a position
    STALE = 4  # the same place under a new time
    ROLLOVER = 8  # the phone's GPS week had wrapped; 1024 weeks were added


class Fix(NamedTuple):
    """`at_s` is Unix time; `accuracy_m` is a 68 % radius, None when the phone does not say."""

    at_s: float
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    flags: int = 0
