"""Money over HTTP."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Schema


class Money(Schema):
    """Minor units of the currency: 2500 of usd is $25.00."""

    amount: int = Field(examples=[2500])
    currency: str = Field(pattern="^[a-z]{3}$", examples=["usd"])
