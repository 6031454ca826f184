"""What an app must know of a place before it offers a walk there."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.money import Money
from api.schemas.quote import Clause


class MarketView(Schema):
    id: str
    name: str
    country: str = Field(description="ISO 3166 alpha-2", examples=["US"])
    currency: str = Field(examples=["usd"])
    time_zone: str = Field(examples=["America/New_York"])


class ServiceView(Schema):
    """On the rate card. `price` is for one dog, before surcharges and the service fee. What costs nothing is a meeting at
    home, asked of one walker (`walker_id` in the quote); no card is needed.
    """

    service: str = Field(examples=["walk_30"])
    duration_s: int
    price: Money
    needs_walker_id: bool


class Surcharges(Schema):
    """Whole percents of the service's price, each counted once and none on another."""

    extra_dog_percent: int = Field(description="For each dog after the first")
    holiday_percent: int
    short_notice_percent: int
    short_notice_s: int = Field(description="A start nearer than this is on short notice")
    puppy_percent: int
    service_fee_percent: int = Field(description="Of the lines' sum, on top")
    service_fee_max: Money


class Requirements(Schema):
    """What this market asks for beyond the rest."""

    vaccination: bool = Field(description="Of every dog, until the day its walk ends: 422 `vaccination_required`")
    report: bool = Field(description="A report card of every walk, before its walker is paid")


class ConfigView(Schema):
    market: MarketView
    policy_version: str
    services: list[ServiceView]
    surcharges: Surcharges
    cancellation: list[Clause]
    requirements: Requirements
    publishable_key: str = Field(description="Stripe's, for the app's card forms", examples=["pk_test_dev"])
    least_app_version: str = Field(description="Older apps ask for an update", examples=["1.0.0"])
