"""Offers over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.booking import BookedDog
from api.schemas.money import Money


class OfferArea(Schema):
    """Roughly where: the point is rounded to 500 m."""

    name: str
    lat: float
    lon: float


class OfferView(Schema):
    id: UUID
    booking_id: UUID
    status: Literal["open", "accepted", "declined", "expired", "withdrawn", "taken"]
    expires_at: datetime
    service: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    earns: Money
    bonus: Money
    dogs: list[BookedDog]
    area: OfferArea
    distance_m: int = Field(description="Rounded to 500 m")


class DeclineOffer(Schema):
    reason: str = Field(default="", max_length=500)
