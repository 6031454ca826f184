"""Route figures: what a walk's fixes say about how far and how long. One pure function; its version is stored with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import median, quantiles
from typing import TYPE_CHECKING

from dogwalk.domain.track.coverage import covered_s, longest_silence_s
from dogwalk.domain.track.distance import Distance, distance_of, longest_fast_s, steps_mps
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.path import Path, path_of, runs
from dogwalk.domain.track.stays import find_stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.domain.track.fix import Fix

ALGORITHM_VERSION = 1

GAP_S = 120.0
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


def figures(fixes: Sequence[Fix], *, from_s: float | None = None, to_s: float | None = None) -> Figures:
    """Of one device's fixes between `from_s` and `to_s` (Unix times of start and finish; by default the first and the
    last credible fix).
    """
    seen = [fix for fix in fixes if (from_s is None or fix.at_s >= from_s) and (to_s is None or fix.at_s <= to_s)]
    kept, _ = clean(seen)
    if not kept:
        return Figures(elapsed_s=_span(from_s, to_s), longest_gap_s=_span(from_s, to_s), fixes=len(seen))
    window = (kept[0].at_s if from_s is None else from_s, kept[-1].at_s if to_s is None else to_s)
    return _measured(kept, window, len(seen))


def _measured(kept: Sequence[Fix], window: tuple[float, float], fixes: int) -> Figures:
    path, times = path_of(kept), [fix.at_s for fix in kept]
    parts = runs(path, gap_s=GAP_S)
    stays = [find_stays(part) for part in parts]
    distance = _sum([distance_of(part, found) for part, found in zip(parts, stays, strict=True)])
    speeds = [speed for part, found in zip(parts, stays, strict=True) for speed in steps_mps(part, found)]
    observed_s = sum(part.t[-1] - part.t[0] for part in parts)
    paused_s = sum(stay.duration_s(part) for part, found in zip(parts, stays, strict=True) for stay in found)
    return Figures(
        distance_m=distance.best_m,
        distance_low_m=min(distance.low_m, distance.best_m),
        distance_high_m=max(distance.high_m, distance.best_m),
        gap_m=_gap_m(path, parts),
        elapsed_s=window[1] - window[0],
        moving_s=observed_s - paused_s,
        paused_s=paused_s,
        longest_gap_s=longest_silence_s(times, *window),
        coverage=covered_s(times, *window) / (window[1] - window[0]) if window[1] > window[0] else 1.0,
        speed_p95_mps=quantiles(speeds, n=20)[-1] if len(speeds) >= FEW else None,
        is_vehicle_suspected=any(longest_fast_s(part) >= VEHICLE_S for part in parts),
        quality=quality_of(kept),
        fixes=fixes,
        fixes_used=len(kept),
    )


def quality_of(kept: Sequence[Fix]) -> Quality:
    claimed = [fix.accuracy_m for fix in kept if fix.accuracy_m is not None]
    if not claimed:
        return Quality.UNKNOWN if kept else Quality.NONE
    middle_m = median(claimed)
    if middle_m > FAIR_ACCURACY_M:
        return Quality.POOR
    return Quality.GOOD if middle_m <= GOOD_ACCURACY_M else Quality.FAIR


def _sum(parts: Sequence[Distance]) -> Distance:
    return Distance(
        best_m=sum(part.best_m for part in parts),
        low_m=sum(part.low_m for part in parts),
        high_m=sum(part.high_m for part in parts),
    )


def _gap_m(path: Path, parts: Sequence[Path]) -> float:
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return sum(path.distance_m(end - 1, end) for end in ends[1:-1]) or 0.0


def _span(from_s: float | None, to_s: float | None) -> float:
    return 0.0 if from_s is None or to_s is None else to_s - from_s
