"""Payments over HTTP: what an owner paid, tried to pay or still owes; what a walker earned."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.booking import PaymentMethodId
from api.schemas.money import Money
from dogwalk.domain.payment import PaymentKind


class ConfirmAction(Schema):
    """Confirm `client_secret` with Stripe's library; a debt that was confirmed is booked by itself."""

    kind: Literal["authenticate"] = "authenticate"
    client_secret: str


class PaymentView(Schema):
    """`kind`: the service's hold, a tip, or a debt. `status`: unknown, action_required, held, captured, declined or
    canceled, as Stripe saw it last.
    """

    id: UUID
    booking_id: UUID
    kind: PaymentKind
    status: str = Field(examples=["captured"])
    amount: Money
    captured: Money
    refunded: Money
    payment_method_id: str
    decline_code: str | None
    payment_action: ConfirmAction | None
    created_at: datetime
    updated_at: datetime


class RetryPayment(Schema):
    payment_method_id: PaymentMethodId


class Balance(Schema):
    """What is due for walks that no hold could pay, by currency. While anything is, nothing new can be booked."""

    owed: list[Money]
    payments: list[PaymentView]


class PayoutView(Schema):
    """For one walk, a bonus included; `taken_back` of it by a refund, before it was sent or after. `state`: due, paying,
    paid, held (somebody looks), failed, void.
    """

    id: UUID
    booking_id: UUID
    state: str = Field(examples=["paid"])
    amount: Money
    taken_back: Money
    due_at: datetime
    paid_at: datetime | None


class Earned(Schema):
    """In one currency. `due` is on its way or held; `paid` has been sent."""

    currency: str = Field(pattern="^[a-z]{3}$", examples=["usd"])
    walks: int
    earned: Money
    due: Money
    paid: Money


class Earnings(Schema):
    items: list[Earned]
