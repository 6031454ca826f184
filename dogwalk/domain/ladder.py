"""What a running booking is behind with, rung by rung (booking-life.md: Late, Walking).

The fleet sweep asks which rungs a booking has reached, its workflow whether one still holds: both by the same table. A new
rung is a name, a line of LADDER that says when it is due, and what the workflow does on it (workflows/steps/ladder.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from dogwalk.domain.booking import MAY_WITHDRAW, Status

if TYPE_CHECKING:
    from dogwalk.domain.policy import MarketPolicy, Silence

CLOCKS_DIFFER = timedelta(seconds=5)  # between the sweep that found a rung and the workflow that judges it again


class Rung(StrEnum):
    LATE = "late"
    LATE_REMINDER = "late_reminder"
    STAND_BY = "stand_by"
    NO_SHOW = "no_show"
    OVERRUN = "overrun"
    OVERRUN_TOLD = "overrun_told"
    OVERRUN_ENDED = "overrun_ended"
    SILENT = "silent"
    SILENT_SMS = "silent_sms"
    SILENT_CALL = "silent_call"
    HEARD_AGAIN = "heard_again"


# Who walks, or whether it is over; the others only tell.
DECIDING = frozenset({Rung.STAND_BY, Rung.NO_SHOW, Rung.OVERRUN_ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A booking with a walker, as its row or its workflow knows it. `last_position_at` is None where nobody knows,
    `silent_since` the time since when the last silence was due that it was told of. To a meeting nobody else can come, and
    the dog stays at home.
    """

    status: Status
    starts_at: datetime
    ends_at: datetime
    assigned_at: datetime
    started_at: datetime | None = None
    last_position_at: datetime | None = None
    silent_since: datetime | None = None
    is_meeting: bool = False


DueAt = Callable[[Standing, "MarketPolicy"], datetime | None]


def expected_at(standing: Standing, policy: MarketPolicy) -> datetime:
    """When the walker can be there: at the start, or as long after her accept as the way takes."""
    travel = timedelta(seconds=policy.offers.travel_buffer_s)
    return max(standing.starts_at, standing.assigned_at + travel)


def _late_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
    """The owner's view: from the start, whoever comes."""
    if standing.status not in MAY_WITHDRAW:
        return None
    return standing.starts_at + timedelta(seconds=policy.lateness.told_after_s)


def _late_reminder_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
    if standing.status not in MAY_WITHDRAW:
        return None
    return expected_at(standing, policy) + timedelta(seconds=policy.lateness.reminded_after_s)


def _stand_by_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
    if standing.is_meeting:
        return None
    lateness = policy.lateness
    after_s = {
        Status.ASSIGNED: lateness.stand_by_after_s,
        Status.ON_THE_WAY: lateness.stand_by_on_the_way_after_s,
    }.get(standing.status)
    return None if after_s is None else expected_at(standing, policy) + timedelta(seconds=after_s)


def _no_show_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
    """30 min after the start, or after a stand-by's accept plus travel."""
    if standing.status not in MAY_WITHDRAW:
        return None
    patience = timedelta(seconds=policy.lateness.no_show_after_s)
    return max(standing.starts_at + patience, expected_at(standing, policy))


def _overrun_by(seconds: Callable[[MarketPolicy], int]) -> DueAt:
    """So long past the end of a walk under way; one that began late has its whole time."""

    def due_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
        if standing.status is not Status.IN_PROGRESS or standing.started_at is None:
            return None
        booked = standing.ends_at - standing.starts_at
        return max(standing.ends_at, standing.started_at + booked) + timedelta(seconds=seconds(policy))

    return due_at


SILENCE: Mapping[Rung, Callable[[Silence], int]] = {
    Rung.SILENT: lambda silence: silence.pushed_after_s,
    Rung.SILENT_SMS: lambda silence: silence.texted_after_s,
    Rung.SILENT_CALL: lambda silence: silence.called_after_s,
}


def _silent_for(rung: Rung) -> DueAt:
    """From the last position, or from the start without one."""

    def due_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
        if standing.status is not Status.IN_PROGRESS or standing.started_at is None or standing.is_meeting:
            return None
        heard_at = max(standing.started_at, standing.last_position_at or standing.started_at)
        return heard_at + timedelta(seconds=SILENCE[rung](policy.silence))

    return due_at


def _heard_again_at(standing: Standing, policy: MarketPolicy) -> datetime | None:
    """Once for each silence: due by the same time as that."""
    since, last = standing.silent_since, standing.last_position_at
    if standing.status is not Status.IN_PROGRESS or since is None or last is None:
        return None
    return since if last > since - timedelta(seconds=policy.silence.pushed_after_s) else None


# In the order in which they come; each says when it is due, or None while it cannot be.
LADDER: Mapping[Rung, DueAt] = {
    Rung.LATE: _late_at,
    Rung.LATE_REMINDER: _late_reminder_at,
    Rung.STAND_BY: _stand_by_at,
    Rung.NO_SHOW: _no_show_at,
    Rung.OVERRUN: _overrun_by(lambda policy: policy.walking.overrun_noted_after_s),
    Rung.OVERRUN_TOLD: _overrun_by(lambda policy: policy.walking.overrun_told_after_s),
    Rung.OVERRUN_ENDED: _overrun_by(lambda policy: policy.walking.overrun_ended_after_s),
    **{rung: _silent_for(rung) for rung in SILENCE},
    Rung.HEARD_AGAIN: _heard_again_at,
}


def reached(standing: Standing, *, at: datetime, policy: MarketPolicy) -> dict[Rung, datetime]:
    """Every rung that is due by `at`, with the time since when."""
    due = {rung: due_at(standing, policy) for rung, due_at in LADDER.items()}
    return {rung: since for rung, since in due.items() if since is not None and since <= at}


def holds(rung: Rung, standing: Standing, *, now: datetime, policy: MarketPolicy) -> bool:
    """Whether the workflow agrees, by its own state and clock."""
    return rung in reached(standing, at=now + CLOCKS_DIFFER, policy=policy)
