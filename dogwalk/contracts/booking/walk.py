"""What the activities of the walk take and give."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.life import Change
from dogwalk.domain.booking import WalkCommand
from dogwalk.domain.ladder import Rung
from dogwalk.domain.policy import NoAccess


class AdvanceRequest(Payload):
    """`is_proof`: an arrival that was tapped earlier than the one we know, and sent later. It changes no state."""

    change: Change
    command: WalkCommand
    assignment_no: int
    occurred_at: datetime
    is_proof: bool = False


class AdvanceResult(Payload):
    """Of a tap that positions contradict: when it counts."""

    occurred_at: datetime


class FinishRequest(Payload):
    """Without a `started_at` positions must prove a start after `arrived_at`, or it is refused with `wrong_state`.
    `is_dated_back`: nobody tapped *finish*; by `finished_at` at the latest it was over, at the last evidence of it.
    """

    change: Change
    assignment_no: int
    started_at: datetime | None = None
    finished_at: datetime
    booked_s: int
    ended_early: bool
    arrived_at: datetime | None = None
    is_dated_back: bool = False


class NoAccessRequest(Payload):
    """Nobody opened. Postgres knows whether the walker was there and tried to reach the owner; `fee` is kept, `refund`
    let go.
    """

    change: Change
    assignment_no: int
    arrived_at: datetime
    waited_from: datetime
    occurred_at: datetime
    fee: int
    refund: int
    policy: NoAccess


class NoAccessResult(Payload):
    """`refusal`: `not_at_home` or `owner_not_contacted`; None when the booking has ended. `attempts` to reach the owner."""

    refusal: str | None = None
    attempts: int = 0


class SignsRequest(Payload):
    """Of a walker who has not arrived: what she has left behind between the two times."""

    booking_id: UUID
    assignment_no: int
    walker_id: UUID
    since: datetime
    until: datetime


class SignsResult(Payload):
    """Kinds of signs, none for one who vanished."""

    found: list[str] = Field(default_factory=list)


class SilenceRequest(Payload):
    """What the silence ladder has reached; `due_at` since when. `silent_for_s`: how long nobody must have heard of the
    phone. `owner_knows`: she was told, and is told that it is over.
    """

    change: Change
    assignment_no: int
    rung: Rung
    due_at: datetime
    started_at: datetime | None = None
    silent_for_s: int = 0
    owner_knows: bool = False


class SilenceResult(Payload):
    """False when the phone was heard again before anybody was told."""

    told: bool
