"""Ranking walkers for a booking: a pure, explained score (booking-life.md, Who may be offered: Rank).

Preferred ones stand first because they are asked alone, before this ranking is. Each part is between 0 and 1; the score
is their weighted sum; ties go by id, so that the same facts always give the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

WEIGHTS = {"rating": 0.4, "distance": 0.3, "acceptance": 0.2, "rest": 0.1}
FAR_M = 10_000.0  # no nearer than this counts nothing
RESTED_DAYS = 7.0  # a walker without a walk for a week has the full share of fairness
NEW_WALKER_ACCEPTANCE = (3, 4)  # as if 3 of 4 offers had been accepted before the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A walker who fits. `distance_m` is from her home to the dog's; `time_zone` is her own."""

    walker_id: UUID
    distance_m: float
    rating: float
    offers_received: int
    offers_accepted: int
    last_walk_at: datetime | None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    candidate: Candidate
    score: float
    parts: dict[str, float]


def rank(candidates: Iterable[Candidate], *, at: datetime) -> list[Ranked]:
    """Best first."""
    ranked = [_ranked(candidate, at) for candidate in candidates]
    return sorted(ranked, key=lambda entry: (-entry.score, entry.candidate.walker_id))


def _ranked(candidate: Candidate, at: datetime) -> Ranked:
    parts = {
        "rating": _clamp((candidate.rating - 1) / 4),
        "distance": _clamp(1 - candidate.distance_m / FAR_M),
        "acceptance": _acceptance(candidate),
        "rest": _rest(candidate.last_walk_at, at),
    }
    score = sum(WEIGHTS[name] * part for name, part in parts.items())
    return Ranked(
        candidate=candidate, score=round(score, 6), parts={name: round(part, 4) for name, part in parts.items()}
    )


def _acceptance(candidate: Candidate) -> float:
    accepted, received = NEW_WALKER_ACCEPTANCE
    return _clamp((candidate.offers_accepted + accepted) / (candidate.offers_received + received))


def _rest(last_walk_at: datetime | None, at: datetime) -> float:
    if last_walk_at is None:
        return 1.0
    return _clamp((at - last_walk_at).total_seconds() / 86400 / RESTED_DAYS)


def _clamp(value: float) -> float:
    return min(max(value, 0.0), 1.0)
