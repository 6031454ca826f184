"""What comes to a running booking: updates by people, signals by the platform."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.life import BookingState, Price
from dogwalk.domain.fence import FenceKind
from dogwalk.domain.incident import IncidentKind
from dogwalk.domain.ladder import Rung


class AcceptOffer(Payload):
    walker_id: UUID


class DeclineOffer(Payload):
    walker_id: UUID
    reason: str = ""


class Withdraw(Payload):
    walker_id: UUID
    reason: str = ""


class CommandOfWalker(Payload):
    """`at` is the phone's time of the tap."""

    walker_id: UUID
    at: datetime | None = None


class CancelBooking(Payload):
    """`expected_fee` is what the preview said; other terms by now are refused with `terms_changed`."""

    actor_id: UUID | None = None
    by: str = "owner"
    reason: str = ""
    expected_fee: int


class AskReschedule(Payload):
    """`by` owner or walker, who is `person_id`; the price at the new time was shown before."""

    reschedule_id: UUID
    by: str
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    price: Price


class AnswerReschedule(Payload):
    reschedule_id: UUID
    by: str
    person_id: UUID


class UseCard(Payload):
    payment_method_id: str


class ReportIncident(Payload):
    """By owner or walker, who is `person_id`. What happened stands in the task for support, never here."""

    by: str
    person_id: UUID
    kind: IncidentKind


class CommandByOwner(Payload):
    owner_id: UUID


class RungReached(Payload):
    """A signal of the fleet's sweep. `event_id` is `{booking}:{assignment no}:{rung}`, `due_at` since when it is due: the
    workflow judges by its own state and clock, and may pass it over.
    """

    event_id: str
    rung: Rung
    assignment_no: int
    due_at: datetime


class FenceCrossed(Payload):
    """A signal of the ingest's. `event_id` is `{booking}:{assignment no}:{fence}:{n}`; it may come more than once."""

    event_id: str
    assignment_no: int
    fence_id: UUID
    kind: FenceKind
    is_entering: bool
    at: datetime


class OfferWithdrawn(Payload):
    """A signal: the owner and this walker want nothing of each other any more. She may have been asked meanwhile."""

    walker_id: UUID


class Acknowledged(Payload):
    """A command's answer: the booking as it stands."""

    state: BookingState
