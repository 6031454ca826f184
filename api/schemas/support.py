"""Support over HTTP: what it asks for, what it sees. Seen by support alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.booking import BookedDog, PriceLine, WalkSummary
from api.schemas.message import Message
from api.schemas.money import Money
from api.schemas.photo import Photo
from api.schemas.receipt import LedgerLine
from api.schemas.support_people import AuditView, SupportPerson
from dogwalk.domain.matching import WEIGHTS


class SupportBooking(Schema):
    """`workflow_url` is its page in the Temporal UI."""

    id: UUID
    status: str
    outcome: str | None
    payment_status: str
    incident: bool
    on_hold: bool
    needs_attention: str | None
    market_id: str
    service: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    owner_id: UUID
    walker_id: UUID | None
    total: Money
    version: int
    created_at: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    workflow_url: str | None


class SupportHome(Schema):
    area: str
    address: str
    lat: float
    lon: float


class AskedWalker(Schema):
    """`rank` is her place in the wave (0 on the board, where nobody is asked), by the whole of `score`, ties by id."""

    walker_id: UUID
    name: str
    round: int
    wave: int
    rank: int
    status: str
    distance_m: int
    earns: Money
    bonus: Money
    score: dict[str, float] = Field(
        description="The whole and its parts, each between 0 and 1; it is "
        + " + ".join(f"{weight} × {part}" for part, weight in WEIGHTS.items())
    )
    decline_reason: str | None
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None


class SupportEvent(Schema):
    """`audience`: who of the parties sees it; nobody: for support alone."""

    version: int
    type: str
    at: datetime
    actor: str
    audience: list[UUID]
    data: dict[str, Any]


class SupportPayment(Schema):
    id: UUID
    kind: str
    number: int
    status: str
    amount: Money
    captured: Money
    refunded: Money
    payment_intent_id: str | None
    decline_code: str | None
    capture_before: datetime | None


class SupportRefund(Schema):
    id: UUID
    amount: Money
    reason: str
    funded_by: str
    state: str
    refund_id: str | None


class SupportPayout(Schema):
    id: UUID
    walker_id: UUID
    state: str
    from_charge: Money
    from_platform: Money
    due_at: datetime
    paid_at: datetime | None


class SupportPhoto(Photo):
    """`stored_at` proves the moment; `assignment_no` whose walk it was."""

    person_id: UUID
    assignment_no: int


class SupportHappening(Schema):
    kind: str
    at: datetime
    dog_id: UUID | None


class SupportReport(Schema):
    """Without the places, which are for owner and walker."""

    notes: str
    events: list[SupportHappening]
    written_at: datetime


class TaskView(Schema):
    id: UUID
    kind: str
    booking_id: UUID | None
    person_id: UUID | None
    reason: str
    status: str
    assignee_id: UUID | None
    resolution: str | None
    created_at: datetime
    resolved_at: datetime | None


class ApprovalView(Schema):
    """`pending` until a second person decides; worth nothing from `expires_at` on."""

    id: UUID
    action: str
    booking_id: UUID
    amount: Money
    reason: str
    state: str
    asked_by: UUID
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    expires_at: datetime


class SupportBookingView(SupportBooking):
    owner: SupportPerson
    walker: SupportPerson | None
    home: SupportHome
    dogs: list[BookedDog]
    notes: str
    lines: list[PriceLine]
    walker_earns: Money
    summary: WalkSummary | None
    asked: list[AskedWalker]
    events: list[SupportEvent]
    payments: list[SupportPayment]
    refunds: list[SupportRefund]
    payouts: list[SupportPayout]
    ledger: list[LedgerLine]
    balances: dict[str, int]
    tasks: list[TaskView]
    approvals: list[ApprovalView]
    audit: list[AuditView]
    photos: list[SupportPhoto]
    messages: list[Message] = Field(description="Newest first; each walker's conversation with the owner")
    report: SupportReport | None


class BoardView(Schema):
    """At most 50 of each."""

    incidents: list[SupportBooking] = Field(description="Something happened, and support has not released it")
    late: list[SupportBooking] = Field(description="Should have begun, and nobody has arrived")
    silent: list[SupportBooking] = Field(description="The dog is out, and no position came for 10 min")
    unmatched: list[SupportBooking] = Field(description="Begins within 2 h, and nobody has accepted")
    unbalanced: list[SupportBooking] = Field(description="The ledger does not close")
    stuck: list[SupportBooking] = Field(description="Needs a person, or is not settled 72 h after its end")
