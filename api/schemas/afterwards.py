"""What people say and give once a walk has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.booking import PaymentAction
from api.schemas.money import Money


class NewTip(Schema):
    amount: int = Field(ge=1, le=1_000_000, description="Minor units of the booking's currency", examples=[500])


class TipView(Schema):
    """`status`: captured, action_required (see `payment_action`), declined, canceled (not confirmed in
    time), unknown.
    """

    id: UUID
    booking_id: UUID
    amount: Money
    status: str = Field(examples=["captured"])
    payment_action: PaymentAction | None = None


class NewClaim(Schema):
    """`amount` in minor units of the booking's currency, when it is known."""

    kind: Literal["damage", "injury", "theft", "quality", "billing", "other"]
    amount: int | None = Field(default=None, ge=1, le=1_000_000)
    notes: str = Field(default="", max_length=4000)


class ClaimView(Schema):
    """`state`: open, upheld, rejected. `granted` is what was decided."""

    id: UUID
    booking_id: UUID
    kind: str
    state: str
    amount: Money | None
    granted: Money
    decide_by: datetime
    decided_at: datetime | None
    created_at: datetime


class ClaimDecision(Schema):
    """`granted` of 0 rejects it; more is refunded to the owner, out of the walker's pay as far as it is hers."""

    granted: Money
    reason: str = Field(min_length=1, max_length=1000)


class NewReview(Schema):
    rating: int = Field(ge=1, le=5)
    text: str = Field(default="", max_length=2000)


class ReviewView(Schema):
    """`shown_at` is null until the other side has written too, or the time for it is over."""

    id: UUID
    rating: int
    text: str
    author: str | None = Field(default=None, description="First name", examples=["Ada"])
    created_at: datetime
    shown_at: datetime | None
