"""A policy's rules in plain words, from the same numbers that decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.domain import cancellation
from dogwalk.domain.policy import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from dogwalk.domain.policy import Cancellation

UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """`policy` is the name that a cancellation's terms carry; `kept_percent` of the price is kept."""

    policy: str
    kept_percent: int
    text: str


def cancellation_clauses(policy: Cancellation) -> tuple[Clause, ...]:
    grace, early = duration(policy.free_after_assignment_s), duration(policy.free_until_before_start_s)
    late, on_the_way = policy.late_percent, policy.on_the_way_percent
    return (
        _clause(cancellation.FREE_UNASSIGNED, 0, "Free while no walker is assigned."),
        _clause(cancellation.FREE_GRACE, 0, f"Free for {grace} after a walker is assigned."),
        _clause(cancellation.FREE_EARLY, 0, f"Free until {early} before the start."),
        _clause(cancellation.LATE, late, f"After that {late} % of the price, fee included, is kept."),
        _clause(cancellation.ON_THE_WAY, on_the_way, f"Once the walker is on the way {on_the_way} % is kept."),
        _clause(
            cancellation.IN_PROGRESS,
            policy.end_early_min_percent,
            "During the walk you can ask for its end: the part that was walked is charged, "
            f"{policy.end_early_min_percent} % at least.",
        ),
    )


def meeting_clauses() -> tuple[Clause, ...]:
    """Of a service that costs nothing."""
    return (_clause(cancellation.FREE_SERVICE, 0, "Free of charge; call it off at any time before it begins."),)


def duration(seconds: int) -> str:
    """In the largest unit that fits without a rest."""
    size, unit = next((size, unit) for size, unit in UNITS if (seconds % size == 0 and seconds >= size) or size == 1)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _clause(policy: str, kept_percent: int, text: str) -> Clause:
    return Clause(policy=policy, kept_percent=kept_percent, text=text)
