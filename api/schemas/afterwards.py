"""What people say and give once a walk has ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.booking import PaymentAction
from api.schemas.money import Money


class NewTip(Schema):
    amount: int = Field(ge=50, le=1_000_000, description="Minor units of the booking's currency", examples=[500])


class TipView(Schema):
    """`status`: captured, action_required (see `payment_action`), declined, unknown."""

    id: UUID
    booking_id: UUID
    amount: Money
    status: str = Field(examples=["captured"])
    payment_action: PaymentAction | None = None


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
