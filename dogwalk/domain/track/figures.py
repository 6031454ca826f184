"""Route figures: what a walk's fixes say about how far and how long. One pure function; its version is stored with them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from dogwalk.domain.track.coverage import covered_s, longest_silence_s
from dogwalk.domain.track.distance import distance_of, longest_fast_s, speeds_mps, total
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.walked import walked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dogwalk.domain.track.fix import Fix
    from dogwalk.domain.track.walked import Stretch, Walked

ALGORITHM_VERSION = 1

VEHICLE_S = 60.0
GOOD_ACCURACY_M = 10.0
FAIR_ACCURACY_M = 25.0
FEW = 20  # below it a 95th percentile is one outlier


class Quality(StrEnum):
    """Of the fixes, by the median of what they claim."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"  # the phone does not say
    NONE = "none"  # not one credible fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`elapsed_s` is the whole window; what is neither moving nor paused of it was not seen. `gap_m` is the straight
    length of the gaps, which `distance_m` leaves out. `coverage` is the share of the window with a fix within 15 s.
    """

    distance_m: float = 0.0
    distance_low_m: float = 0.0
    distance_high_m: float = 0.0
    gap_m: float = 0.0
    elapsed_s: float = 0.0
    moving_s: float = 0.0
    paused_s: float = 0.0
    longest_gap_s: float = 0.0
    coverage: float = 0.0
    speed_p95_mps: float | None = None
    is_vehicle_suspected: bool = False
    quality: Quality = Quality.NONE
    fixes: int = 0
    fixes_used: int = 0
    algorithm_version: int = ALGORITHM_VERSION


def figures_stored(stats: Mapping[str, Any]) -> Figures:
    """From `dataclasses.asdict`, also of another version: what it did not know yet is the default."""
    known = {one.name for one in fields(Figures)}
    values = {name: value for name, value in stats.items() if name in known}
    return Figures(**{**values, "quality": Quality(stats["quality"])})


def figures(fixes: Sequence[Fix], *, from_s: float | None = None, to_s: float | None = None) -> Figures:
    """Of one device's fixes between `from_s` and `to_s` (Unix times of start and finish; by default the first and the
    last credible fix).
    """
    kept = between(clean(fixes)[0], from_s, to_s)
    first_s = kept[0].at_s if kept and from_s is None else from_s or 0.0
    last_s = kept[-1].at_s if kept and to_s is None else to_s or first_s
    return figures_of(walked(kept), from_s=first_s, to_s=last_s, fixes=len(between(fixes, from_s, to_s)))


def between(fixes: Sequence[Fix], from_s: float | None, to_s: float | None) -> list[Fix]:
    """Both ends included; None is no end."""
    return [fix for fix in fixes if (from_s is None or from_s <= fix.at_s) and (to_s is None or fix.at_s <= to_s)]


def figures_of(walk: Walked, *, from_s: float, to_s: float, fixes: int) -> Figures:
    """As `figures`, of what is left of `fixes` ones in the window."""
    stretches, times, elapsed_s = walk.stretches, walk.path.t, to_s - from_s
    distance = total([distance_of(one.path, one.stays, one.steps, gate_m=walk.gate_m) for one in stretches])
    speeds = [speed for stretch in stretches for speed in speeds_mps(stretch.steps)]
    paused_s = _paused_s(stretches, pace_mps=median(speeds) if speeds else None)
    return Figures(
        distance_m=distance.best_m,
        distance_low_m=min(distance.low_m, distance.best_m),
        distance_high_m=max(distance.high_m, distance.best_m),
        gap_m=walk.gap_m,
        elapsed_s=elapsed_s,
        moving_s=sum((one.path.t[-1] - one.path.t[0] for one in stretches), start=0.0) - paused_s,
        paused_s=paused_s,
        longest_gap_s=longest_silence_s(times, from_s, to_s),
        coverage=covered_s(times, from_s, to_s) / elapsed_s if elapsed_s > 0 else float(bool(times)),
        speed_p95_mps=quantiles(speeds, n=20)[-1] if len(speeds) >= FEW else None,
        is_vehicle_suspected=any(longest_fast_s(stretch.path) >= VEHICLE_S for stretch in stretches),
        quality=_quality(walk),
        fixes=fixes,
        fixes_used=len(times),
    )


def _quality(walk: Walked) -> Quality:
    if not walk.stretches:
        return Quality.NONE
    if walk.accuracy_m is None:
        return Quality.UNKNOWN
    if walk.accuracy_m > FAIR_ACCURACY_M:
        return Quality.POOR
    return Quality.GOOD if walk.accuracy_m <= GOOD_ACCURACY_M else Quality.FAIR


def _paused_s(stretches: Sequence[Stretch], *, pace_mps: float | None) -> float:
    return sum((stay.pause_s(one.path, pace_mps=pace_mps) for one in stretches for stay in one.stays), start=0.0)
