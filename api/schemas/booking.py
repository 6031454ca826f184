"""Bookings over HTTP. Money is `{amount, currency}` in minor units; times RFC 3339 UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Answer, Schema
from api.schemas.moment import Moment
from api.schemas.money import Money
from dogwalk.domain.booking import Outcome, PaymentStatus, Status

PaymentMethodId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^pm_[A-Za-z0-9_]+$")]


class NewBooking(Schema):
    """`payment_method_id` may be left out where the quote's total is 0."""

    quote_id: UUID
    payment_method_id: PaymentMethodId | None = None
    preferred_walker_ids: list[UUID] = Field(default_factory=list, max_length=10)
    notes: str = Field(default="", max_length=2000)


class PaymentAction(Answer):
    """`authenticate`: confirm `client_secret` with Stripe's library, then POST confirm-payment. `new_card`: PUT another."""

    kind: Literal["authenticate", "new_card"]
    client_secret: str | None = None
    expires_at: datetime


class BookedDog(Answer):
    id: UUID
    name: str
    breed: str
    weight_kg: float
    behaviour: list[str]
    notes: str


class BookedHome(Answer):
    """The area for everybody; address and point for the owner, and for the assigned walker until 24 h after the end."""

    id: UUID
    label: str | None = None
    area: str
    address: str | None = None
    lat: float | None = None
    lon: float | None = None


class BookedWalker(Answer):
    id: UUID
    first_name: str
    rating: float


class PriceLine(Answer):
    kind: str
    amount: int
    funded_by: str


class Price(Answer):
    lines: list[PriceLine]
    total: Money
    walker_earns: Money


class WalkSummary(Answer):
    """Metres and seconds. `verdict`: served, short, not_served or inconclusive, with reasons."""

    distance_m: int
    moving_s: int
    duration_s: int
    positions: int
    verdict: str
    reasons: list[str]
    served_s: int
    evidence_complete: bool


class BookingView(Answer):
    """`plan_id`: the weekly plan it is a walk of; for its owner."""

    id: UUID
    plan_id: UUID | None
    status: Status
    outcome: Outcome | None
    incident: bool
    on_hold: bool
    payment_status: PaymentStatus
    payment_action: PaymentAction | None
    service: str
    asap: bool
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    dogs: list[BookedDog]
    home: BookedHome
    walker: BookedWalker | None
    price: Price
    policy_version: str
    notes: str
    assigned_at: datetime | None
    on_the_way_at: datetime | None
    arrived_at: datetime | None
    late_minutes: int | None = Field(description="Of the walker, so far or when she arrived; null when in time")
    eta: datetime | None = Field(description="Of the walker on her way; null in lists, and while nobody knows")
    started_at: datetime | None
    finished_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    summary: WalkSummary | None
    created_at: datetime


class Cancellation(Schema):
    """`until`: when these terms end by time alone. `late_credit`: given back of the fee, for the walker is late."""

    allowed: bool
    refund: Money
    fee: Money
    walker_compensation: Money
    late_credit: Money
    policy: str
    until: datetime | None


class CancelBooking(Schema):
    """`expected_fee`: the fee of the preview; other terms by now answer 409 `terms_changed` with the new ones."""

    reason: str = Field(default="", max_length=500)
    expected_fee: Money


class UseCard(Schema):
    payment_method_id: PaymentMethodId


class WalkerCommand(Schema):
    """Where and when the button was tapped. `at` counts if it is at most 2 h old; without it, the time of arrival."""

    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000)
    at: Moment | None = None


class NewContactAttempt(Schema):
    """The walker called the owner. `at` as with a command: at most 2 h old; without it, the time of arrival."""

    kind: Literal["call"]
    at: Moment | None = None


class ContactAttempt(Schema):
    """`attempts` since the walker arrived, messages among them; `needed` of them before `no-access`."""

    id: UUID
    kind: Literal["call"]
    at: datetime
    attempts: int
    needed: int


class WithdrawFromBooking(Schema):
    reason: str = Field(min_length=1, max_length=500)


class Withdrawn(Schema):
    """The booking is no longer the walker's to see."""

    booking_id: UUID
