"""Was the walk served? By time and presence, never by distance (booking-life.md: Verdict).

The taps say how long; the positions say whether that can be believed. Where they disagree nobody loses money and a person
looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from dogwalk.domain.geo import flat_distance_m
from dogwalk.domain.track.coverage import covered_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dogwalk.domain.policy import Walking
    from dogwalk.domain.track.fix import Fix

EDGE_S = 120.0  # a tap and the fix that proves it; phones send in batches
DOUBT_M = 30.0  # what a fix may claim for itself against the fence


class VerdictKind(StrEnum):
    SERVED = "served"
    SHORT = "short"
    NOT_SERVED = "not_served"
    INCONCLUSIVE = "inconclusive"


def is_reviewed(kind: VerdictKind, *, ended_early: bool) -> bool:
    """Whether a person must look. A walk that its owner ended early is short by nobody's fault."""
    if ended_early:
        return kind is VerdictKind.INCONCLUSIVE
    return kind is not VerdictKind.SERVED


class Reason(StrEnum):
    """Stable; apps and support decide by them. Only the first three make a verdict inconclusive."""

    LOW_COVERAGE = "low_coverage"
    CAME_HOME_LATE = "came_home_late"  # at home only long after the start was tapped
    LEFT_HOME_EARLY = "left_home_early"  # away from home for good long before the finish was tapped
    START_OUTSIDE_HOME = "start_outside_home"
    FINISH_OUTSIDE_HOME = "finish_outside_home"
    START_UNSEEN = "start_unseen"
    FINISH_UNSEEN = "finish_unseen"
    IN_VEHICLE = "in_vehicle"
    BELOW_BOOKED_TIME = "below_booked_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFence:
    lat: float
    lon: float
    radius_m: float

    def edge_m(self, lat: float, lon: float) -> float:
        """To the border, negative inside."""
        return flat_distance_m(self.lat, self.lon, lat, lon) - self.radius_m

    def holds(self, fix: Fix) -> bool:
        """With the benefit of the doubt: the rule of leaving, turned round (tracking.md, Fences)."""
        doubt_m = min(fix.accuracy_m or 0.0, DOUBT_M) + max(10.0, 0.2 * self.radius_m)
        return self.edge_m(fix.lat, fix.lon) - doubt_m <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What was booked and what was tapped; Unix times."""

    started_at_s: float
    finished_at_s: float
    booked_s: float

    @property
    def served_s(self) -> float:
        return max(0.0, self.finished_at_s - self.started_at_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`is_complete`: nothing that may still arrive from the phone would change it."""

    kind: VerdictKind
    reasons: list[Reason]
    served_s: float
    coverage: float
    is_complete: bool


def verdict(
    devices: Iterable[Sequence[Fix]],
    *,
    service: Service,
    home: HomeFence,
    in_vehicle: bool,
    policy: Walking,
    photos: Sequence[float] = (),
) -> Verdict:
    """`devices`: what `clean` has left of each device's fixes from shortly before the start to shortly after the finish.
    Presence counts whichever of the walker's phones reported it. `photos`: when each reached us; one at a tap speaks for
    an end that no position shows, and never against one.
    """
    seen = sorted(chain.from_iterable(devices), key=lambda fix: fix.at_s)
    coverage = _coverage(seen, service)
    place = _place(seen, service, home, slack_s=service.booked_s * (100 - policy.served_percent) / 100)
    reasons = [Reason.LOW_COVERAGE] if coverage * 100 < policy.coverage_min_percent else []
    is_complete = not {Reason.LOW_COVERAGE, Reason.FINISH_UNSEEN} & {*reasons, *place}
    shown = _shown(photos, service)
    reasons += [*(reason for reason in place if reason not in shown), *([Reason.IN_VEHICLE] if in_vehicle else [])]
    kind = _kind(reasons, service, policy)
    if kind in {VerdictKind.SHORT, VerdictKind.NOT_SERVED}:
        reasons.append(Reason.BELOW_BOOKED_TIME)
    return Verdict(
        kind=kind,
        reasons=reasons,
        served_s=service.served_s,
        coverage=coverage,
        is_complete=is_complete,
    )


DENIALS = frozenset({Reason.LOW_COVERAGE, Reason.CAME_HOME_LATE, Reason.LEFT_HOME_EARLY})


def _kind(reasons: Sequence[Reason], service: Service, policy: Walking) -> VerdictKind:
    if DENIALS & set(reasons):
        return VerdictKind.INCONCLUSIVE
    if service.served_s < policy.not_served_below_s:
        return VerdictKind.NOT_SERVED
    if service.served_s * 100 < service.booked_s * policy.served_percent:
        return VerdictKind.SHORT
    return VerdictKind.SERVED


def _coverage(seen: Sequence[Fix], service: Service) -> float:
    times = [fix.at_s for fix in seen]
    if service.served_s <= 0:
        return float(any(abs(at - service.started_at_s) <= EDGE_S for at in times))
    return covered_s(times, service.started_at_s, service.finished_at_s) / service.served_s


def _place(seen: Sequence[Fix], service: Service, home: HomeFence, *, slack_s: float) -> list[Reason]:
    """Where it began and ended. Without a fix around a tap nothing is denied: coverage speaks for itself."""
    at_home = [fix.at_s for fix in seen if home.holds(fix)]
    reasons = []
    if not _is_near(service.started_at_s, at_home):
        is_seen = _is_near(service.started_at_s, [fix.at_s for fix in seen])
        reasons.append(Reason.START_OUTSIDE_HOME if is_seen else Reason.START_UNSEEN)
        if is_seen and min(at_home, default=service.finished_at_s) - service.started_at_s > slack_s:
            reasons.append(Reason.CAME_HOME_LATE)
    if not _is_near(service.finished_at_s, at_home):
        is_seen = _is_near(service.finished_at_s, [fix.at_s for fix in seen])
        reasons.append(Reason.FINISH_OUTSIDE_HOME if is_seen else Reason.FINISH_UNSEEN)
        if is_seen and service.finished_at_s - max(at_home, default=service.started_at_s) > slack_s:
            reasons.append(Reason.LEFT_HOME_EARLY)
    return reasons


def _shown(photos: Sequence[float], service: Service) -> set[Reason]:
    """What photos make up for. Positions that come late may still deny it, so that it completes no evidence."""
    taps = {Reason.START_UNSEEN: service.started_at_s, Reason.FINISH_UNSEEN: service.finished_at_s}
    return {reason for reason, at_s in taps.items() if _is_near(at_s, photos)}


def _is_near(at_s: float, times: Sequence[float]) -> bool:
    return any(abs(time - at_s) <= EDGE_S for time in times)
