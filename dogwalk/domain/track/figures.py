"""Route figures: what a walk's fixes say about how far and how long. One pure function; its version is stored with them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import accumulate, compress
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from dogwalk.domain.track.coverage import covered_s, longest_silence_s
from dogwalk.domain.track.distance import Point, distance_of, gate_for, longest_fast_s, speeds_mps, steps_of, total
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.path import Path, path_of, runs
from dogwalk.domain.track.stays import Stay, find_stays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def figures_stored(stats: Mapping[str, Any]) -> Figures:
    """From `dataclasses.asdict`, also of another version: what it did not know yet is the default."""
    known = {one.name for one in fields(Figures)}
    values = {name: value for name, value in stats.items() if name in known}
    return Figures(**{**values, "quality": Quality(stats["quality"])})


def figures(fixes: Sequence[Fix], *, from_s: float | None = None, to_s: float | None = None) -> Figures:
    """Of one device's fixes between `from_s` and `to_s` (Unix times of start and finish; by default the first and the
    last credible fix).
    """
    return figures_of(clean(fixes)[0], from_s=from_s, to_s=to_s, fixes=sum(_is_between(fixes, from_s, to_s)))


def figures_of(kept: Sequence[Fix], *, from_s: float | None, to_s: float | None, fixes: int) -> Figures:
    """As `figures`, of what `clean` has left of `fixes` ones."""
    kept = list(compress(kept, _is_between(kept, from_s, to_s)))
    first_s = kept[0].at_s if kept and from_s is None else from_s or 0.0
    last_s = kept[-1].at_s if kept and to_s is None else to_s or first_s
    if kept:
        return _measured(kept, (first_s, last_s), fixes)
    return Figures(elapsed_s=last_s - first_s, longest_gap_s=last_s - first_s, fixes=fixes)


def _is_between(fixes: Sequence[Fix], from_s: float | None, to_s: float | None) -> list[bool]:
    return [(from_s is None or from_s <= fix.at_s) and (to_s is None or fix.at_s <= to_s) for fix in fixes]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch without a gap, its stops, and the steps between them."""

    path: Path
    stays: list[Stay]
    steps: list[Point]


def _measured(kept: Sequence[Fix], window: tuple[float, float], fixes: int) -> Figures:
    path, times, accuracy_m = path_of(kept), [fix.at_s for fix in kept], median_accuracy_m(kept)
    gate_m = gate_for(accuracy_m)
    parts = [_part(part, gate_m) for part in runs(path, gap_s=GAP_S)]
    distance = total([distance_of(part.path, part.stays, part.steps, gate_m=gate_m) for part in parts])
    speeds = [speed for part in parts for speed in speeds_mps(part.steps)]
    paused_s = _paused_s(parts, pace_mps=median(speeds) if speeds else None)
    return Figures(
        distance_m=distance.best_m,
        distance_low_m=min(distance.low_m, distance.best_m),
        distance_high_m=max(distance.high_m, distance.best_m),
        gap_m=_gap_m(path, parts),
        elapsed_s=window[1] - window[0],
        moving_s=sum(part.path.t[-1] - part.path.t[0] for part in parts) - paused_s,
        paused_s=paused_s,
        longest_gap_s=longest_silence_s(times, *window),
        coverage=covered_s(times, *window) / (window[1] - window[0]) if window[1] > window[0] else 1.0,
        speed_p95_mps=quantiles(speeds, n=20)[-1] if len(speeds) >= FEW else None,
        is_vehicle_suspected=any(longest_fast_s(part.path) >= VEHICLE_S for part in parts),
        quality=_quality(accuracy_m),
        fixes=fixes,
        fixes_used=len(kept),
    )


def _part(path: Path, gate_m: float) -> _Part:
    stays = find_stays(path)
    return _Part(path, stays, steps_of(path, stays, gate_m=gate_m))


def median_accuracy_m(fixes: Sequence[Fix]) -> float | None:
    """None when the phone does not say."""
    claimed = [fix.accuracy_m for fix in fixes if fix.accuracy_m is not None]
    return median(claimed) if claimed else None


def _quality(accuracy_m: float | None) -> Quality:
    if accuracy_m is None:
        return Quality.UNKNOWN
    if accuracy_m > FAIR_ACCURACY_M:
        return Quality.POOR
    return Quality.GOOD if accuracy_m <= GOOD_ACCURACY_M else Quality.FAIR


def _paused_s(parts: Sequence[_Part], *, pace_mps: float | None) -> float:
    return sum((stay.pause_s(part.path, pace_mps=pace_mps) for part in parts for stay in part.stays), start=0.0)


def _gap_m(path: Path, parts: Sequence[_Part]) -> float:
    ends = list(accumulate(len(part.path) for part in parts))
    return sum((path.distance_m(end - 1, end) for end in ends[:-1]), start=0.0)
