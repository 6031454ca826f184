"""The booking itself: how it is asked for, how it stands, and what an activity writes of a change of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.policy import FrozenPolicy
from dogwalk.domain.booking import Outcome, PaymentStatus, Status

WORKFLOW = "Booking"


def workflow_id(booking_id: UUID | str) -> str:
    return f"booking-{booking_id}"


def booking_of(id_of_workflow: str) -> UUID:
    return UUID(id_of_workflow.removeprefix("booking-"))


class Price(Payload):
    """`lines_total` is the sum of the service's lines, `service_fee` the owner's fee on top; both make `total`."""

    currency: str
    lines_total: int
    service_fee: int
    total: int
    walker_share: int


class BookingRequest(Payload):
    """Starts the workflow. The policy is frozen in, so that a later edit cannot touch a running booking. No card where
    nothing is to be paid.
    """

    booking_id: UUID
    owner_id: UUID
    market_id: str
    area: str
    starts_at: datetime
    ends_at: datetime
    asap: bool
    price: Price
    payment_method_id: str = ""
    preferred_walker_ids: list[UUID] = Field(default_factory=list)
    direct_walker_id: UUID | None = None
    policy: FrozenPolicy


class PaymentAction(Payload):
    """What the owner must do: `authenticate` (3-D Secure) or `new_card`. The client secret is fetched, never carried."""

    kind: str
    expires_at: datetime


class WalkSummary(Payload):
    """Figures of the finished walk; metres and seconds. `arrived_at`, `started_at` and `finished_at` where positions say
    otherwise than the taps, or the taps nothing.
    """

    distance_m: int
    moving_s: int
    duration_s: int
    positions: int
    verdict: str
    reasons: list[str] = Field(default_factory=list)
    served_s: int
    evidence_complete: bool = True
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class BookingState(Payload):
    """The projection: answered by the query `state`, written to Postgres under `version`, a greater over a smaller.
    `late_minutes`: whole ones, of a walker who has arrived after the start.
    """

    version: int = 0
    status: Status = Status.REQUESTED
    outcome: Outcome | None = None
    payment_status: PaymentStatus = PaymentStatus.NONE
    payment_action: PaymentAction | None = None
    payment_method_id: str | None = None
    walker_id: UUID | None = None
    assignment_no: int = 0
    bonus: int = 0
    assigned_at: datetime | None = None
    on_the_way_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    end_early_requested_at: datetime | None = None
    original_starts_at: datetime | None = None
    summary: WalkSummary | None = None
    needs_attention: str | None = None
    late_minutes: int | None = None
    on_hold_at: datetime | None = None
    incident_at: datetime | None = None


class Deed(Payload):
    """What a person of support did, for the audit log: written in the transaction of the change it caused. `actor` is a
    person's id, or the door she came through when nothing proves who she is.
    """

    actor: str
    action: str
    reason: str
    data: dict[str, str | int] = Field(default_factory=dict)


class Change(Payload):
    """One step of a booking: who, when, and its number. Everything one change writes is keyed by `booking_id:version`."""

    booking_id: UUID
    version: int
    at: datetime
    actor: str = "system"
    deed: Deed | None = None


class EndRequest(Payload):
    """The service will not take place: withdraws offers, frees the walker, closes the walk, tells everybody."""

    change: Change
    outcome: Outcome
    reason: str = ""
    refund: int = 0
    fee: int = 0
    compensation: int = 0


class NoteRequest(Payload):
    """A fact of the booking that changes no state but the projection's: event and messages by `kind`. `private`: for
    support alone. `data` is the event's. `task`: somebody of support must look, once for each assignment.
    """

    change: Change
    kind: str
    payment_action: PaymentAction | None = None
    needs_attention: str | None = None
    on_hold: bool | None = None
    private: bool = False
    data: dict[str, str] = Field(default_factory=dict)
    task: str | None = None
    summary: WalkSummary | None = None
    incident: bool | None = None


class Deliver(Payload):
    """Send what one change left in the outbox."""

    batch: str
