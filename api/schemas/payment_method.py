"""An owner's cards over HTTP. Numbers never come here."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Schema


class CardSetupView(Schema):
    """For Stripe's library on the phone; secrets, not to be kept."""

    setup_intent_id: str = Field(examples=["seti_1Q2w3E4r"])
    client_secret: str
    customer_id: str = Field(examples=["cus_9aB8c7D6"])
    customer_session_client_secret: str
    publishable_key: str


class PaymentMethodView(Schema):
    id: str = Field(examples=["pm_1Q2w3E4r"])
    brand: str = Field(examples=["visa"])
    last4: str = Field(examples=["4242"])
    exp_month: int = Field(examples=[12])
    exp_year: int = Field(examples=[2031])
    is_default: bool
