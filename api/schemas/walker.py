"""A walker's own side over HTTP. Metres, kilograms, WGS 84 degrees; the week is wall time in her own zone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.base import Schema
from api.schemas.moment import Moment, WallTime
from api.schemas.money import Money

Latitude = Annotated[float, Field(ge=-90, le=90, examples=[40.7812])]
Longitude = Annotated[float, Field(ge=-180, le=180, examples=[-73.9665])]
TimeZone = Annotated[str, Field(max_length=64, examples=["America/New_York"])]


class MinRate(Money):
    amount: int = Field(ge=0, le=1_000_000, examples=[2500])


class MinRates(Schema):
    """By service, in the currency where she lives. What costs less she is not offered; null asks nothing."""

    walk_20: MinRate | None = None
    walk_30: MinRate | None = None
    walk_60: MinRate | None = None


class WalkerProfileChange(Schema):
    bio: str = Field(default="", max_length=2000)
    home_lat: Latitude
    home_lon: Longitude
    service_radius_m: int = Field(ge=100, le=50_000, examples=[5000])
    max_dogs: int = Field(ge=1, le=10, examples=[2])
    max_dog_weight_kg: float = Field(gt=0, le=150, examples=[40.0])
    min_rates: MinRates = MinRates()


class WalkerProfileView(Schema):
    """What a first offer waits for: a home, `verified`, `two_factor_on`, `payout_active`, and a week."""

    id: UUID
    bio: str
    home_lat: float | None
    home_lon: float | None
    service_radius_m: int
    max_dogs: int
    max_dog_weight_kg: float
    min_rates: MinRates
    time_zone: str
    verified: bool
    suspended: bool
    blocked_until: datetime | None
    two_factor_on: bool
    payout_active: bool
    rating: float
    reviews: int
    late_cancels: int
    on_call_until: datetime | None


class DaySlot(Schema):
    """`to` 00:00 is the end of the day."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    weekday: int = Field(ge=0, le=6, description="0 is Monday")
    from_time: WallTime = Field(alias="from")
    to_time: WallTime = Field(alias="to")


class Availability(Schema):
    """The whole week."""

    time_zone: TimeZone
    weekly: list[DaySlot] = Field(max_length=70)


class TimeOffChange(Schema):
    starts_at: Moment
    ends_at: Moment
    note: str | None = Field(default=None, max_length=500)


class TimeOffView(Schema):
    id: UUID
    starts_at: datetime
    ends_at: datetime
    note: str | None
    created_at: datetime


class OnCallChange(Schema):
    """Where she is, and until when she comes at once: 24 h at most."""

    until: Moment
    lat: Latitude
    lon: Longitude


class OnCallView(Schema):
    until: datetime | None


class PayoutOnboarding(Schema):
    onboarding_url: str = Field(description="A page of Stripe's, good for minutes and for one visit")


class PayoutAccountView(Schema):
    """`status`: `none`, `onboarding` or `active`. `requirements`: what Stripe still asks for, in its own words."""

    status: str = Field(examples=["active"])
    requirements: list[str]
    transfers_active: bool
