"""What the activities that move its times take and give."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.life import Change
from dogwalk.contracts.support import Delay


class DelayRequest(Payload):
    """The walk begins later; the new times come from the workflow: the old ones and `by_s` of the `command` that is carried
    out. Nothing moves unless its grant holds. `cause`: storm, heat, outage, other.
    """

    change: Change
    starts_at: datetime
    ends_at: datetime
    cause: str
    command: Delay | None = None


class DelayResult(Payload):
    """Not moved: its walker has another walk then. `refusal`: `grant_required`, and nothing was written."""

    is_moved: bool
    refusal: str | None = None


class OpenRescheduleRequest(Payload):
    """Another time is asked for: the other side is told."""

    change: Change
    reschedule_id: UUID
    expires_at: datetime


class RescheduleRequest(Payload):
    """The other side agreed: calendar, times and price move together. `original_starts_at` is what a cancellation is judged
    by as well.
    """

    change: Change
    reschedule_id: UUID
    original_starts_at: datetime | None = None


class RescheduleResult(Payload):
    """`refusal`: `walker_conflict`, and nothing has moved."""

    refusal: str | None = None


class DeclineRescheduleRequest(Payload):
    change: Change
    reschedule_id: UUID


class LapseRescheduleRequest(Payload):
    """Nobody answered in time, or whoever could have has the walk no more."""

    change: Change
    reschedule_id: UUID
