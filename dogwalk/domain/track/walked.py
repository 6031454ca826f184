"""Credible fixes taken apart once, for figures and drawing alike: stretches without a gap, their stops and steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING

from dogwalk.domain.track.distance import Point, gate_for, steps_of
from dogwalk.domain.track.path import Path, path_of, runs
from dogwalk.domain.track.stays import Stay, find_stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.domain.track.fix import Fix

GAP_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the path without a gap, its stops, and the steps between them."""

    path: Path
    stays: list[Stay]
    steps: list[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """`accuracy_m` is the median the phone claims, None when it does not say."""

    path: Path
    stretches: list[Stretch]
    accuracy_m: float | None
    gate_m: float

    @property
    def gap_m(self) -> float:
        """The gaps' straight length."""
        ends = list(accumulate(len(stretch.path) for stretch in self.stretches))
        return sum((self.path.distance_m(end - 1, end) for end in ends[:-1]), start=0.0)


def walked(kept: Sequence[Fix]) -> Walked:
    """`kept`: what `clean` has left of one device's fixes."""
    claimed = [fix.accuracy_m for fix in kept if fix.accuracy_m is not None]
    accuracy_m = median(claimed) if claimed else None
    path, gate_m = path_of(kept), gate_for(accuracy_m)
    stretches = [_stretch(part, gate_m) for part in runs(path, gap_s=GAP_S)]
    return Walked(path=path, stretches=stretches, accuracy_m=accuracy_m, gate_m=gate_m)


def _stretch(path: Path, gate_m: float) -> Stretch:
    stays = find_stays(path)
    return Stretch(path=path, stays=stays, steps=steps_of(path, stays, gate_m=gate_m))
