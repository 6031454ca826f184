"""Support over HTTP: what it asks for, what it sees. Seen by support alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.booking import BookedDog, PriceLine, WalkSummary
from api.schemas.moment import Moment
from api.schemas.money import Money
from api.schemas.receipt import LedgerLine
from dogwalk.domain.area_action import AreaActionKind, Cause
from dogwalk.domain.refund import FundedBy
from dogwalk.domain.track.verdict import VerdictKind

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description="Why; stands in the audit log. No address, no code", examples=["Owner called: the dog is ill"]),
]


class RefundMoney(Money):
    amount: int = Field(gt=0, le=10_000_000, examples=[500])


class FeeMoney(Money):
    amount: int = Field(ge=0, le=10_000_000, examples=[1388])


class Deed(Schema):
    reason: Reason


class CancelDeed(Deed):
    """Free of charge unless a `fee` says otherwise: that is kept, and the walker has her part of it."""

    fee: FeeMoney | None = None


class ReassignDeed(Deed):
    walker_id: UUID | None = Field(default=None, description="Asked first, alone")


class CompleteDeed(Deed):
    finished_at: Moment
    started_at: Moment | None = Field(default=None, description="Only where no start is known")


class RefundDeed(Deed):
    """`charge`: whoever had part in what was paid gives up as much of it, the walker only with `claw_back`. `platform`:
    goodwill, at our own cost.
    """

    amount: RefundMoney
    funded_by: FundedBy = FundedBy.CHARGE
    claw_back: bool = False


class VerdictDeed(Deed):
    verdict: VerdictKind
    served_s: int | None = Field(default=None, ge=0, le=24 * 3600, description="With `short`: how long she was walked")


class TaskAssignment(Deed):
    assignee_id: UUID | None = Field(default=None, description="Whoever calls, unless said otherwise")


class TaskResolution(Schema):
    resolution: Reason


class Decision(Deed):
    decision: Literal["approve", "reject"]


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


class SupportPerson(Schema):
    id: UUID
    name: str
    email: str
    phone: str | None
    locked: bool


class SupportHome(Schema):
    area: str
    address: str
    lat: float
    lon: float


class AskedWalker(Schema):
    """`score` holds the whole and its parts, each between 0 and 1."""

    walker_id: UUID
    name: str
    round: int
    wave: int
    rank: int
    status: str
    distance_m: int
    earns: Money
    bonus: Money
    score: dict[str, float]
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


class AuditView(Schema):
    """`actor` is a person's id, or `temporal` for one who came through its UI or command line."""

    at: datetime
    actor: str
    action: str
    reason: str
    data: dict[str, Any]


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


class SupportAnswer(Schema):
    """The booking as it then stands; with an `approval` nothing was done yet: a second person decides."""

    booking: SupportBooking
    approval: ApprovalView | None = None


class DecidedApproval(Schema):
    """The booking as it stands after what was approved."""

    approval: ApprovalView
    booking: SupportBooking


class BoardView(Schema):
    """At most 50 of each."""

    late: list[SupportBooking] = Field(description="Should have begun, and nobody has arrived")
    silent: list[SupportBooking] = Field(description="The dog is out, and no position came for 10 min")
    unmatched: list[SupportBooking] = Field(description="Begins within 2 h, and nobody has accepted")
    unbalanced: list[SupportBooking] = Field(description="The ledger does not close")
    stuck: list[SupportBooking] = Field(description="Needs a person, or is not settled 72 h after its end")


class Strike(Schema):
    kind: str
    booking_id: UUID
    at: datetime
    waived: bool


class SupportWalker(Schema):
    verified: bool
    suspended_at: datetime | None
    blocked_until: datetime | None
    payout_active: bool
    rating: float
    late_cancels: int
    strikes: list[Strike]


class PersonView(SupportPerson):
    roles: list[str]
    email_verified: bool
    phone_verified: bool
    two_factor_on: bool
    open_sessions: int
    open_bookings: int
    walker: SupportWalker | None
    audit: list[AuditView]
    created_at: datetime


class PersonList(Schema):
    """At most 50, by name."""

    items: list[SupportPerson]


class AreaActionRequest(Schema):
    """Either a plan, which changes nothing (`dry_run`), or the `dry_run_id` of one to execute exactly that."""

    reason: Reason
    dry_run_id: UUID | None = None
    dry_run: bool = True
    area: dict[str, Any] | None = Field(default=None, description="GeoJSON Polygon or MultiPolygon")
    begins: Moment | None = Field(default=None, alias="from")
    ends: Moment | None = Field(default=None, alias="to")
    action: AreaActionKind | None = None
    cause: Cause = Cause.OTHER
    delay_s: int = Field(default=0, ge=0, le=6 * 3600, description="With `delay`: by how much")


class AreaResult(Schema):
    """`effect` as promised: cancel, delay or tell. `state`: planned, sent, done, or skipped: the booking had moved on."""

    booking_id: UUID
    status: str
    effect: str
    state: str


class AreaActionView(Schema):
    """`state`: dry_run, running, or done, when every booking was told. `dry_run_id` executes it while it is a dry run."""

    id: UUID
    dry_run_id: UUID | None
    action: AreaActionKind
    cause: Cause
    state: str
    begins: datetime
    ends: datetime
    reason: str
    asked_at: datetime
    executed_at: datetime | None
    results: list[AreaResult]
