"""Binding prices over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.booking import PriceLine
from api.schemas.moment import Moment
from api.schemas.money import Money

Service = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["walk_30"])]


class NewQuote(Schema):
    """Either `starts_at` or `asap`. `service` is one of the market's, see GET /v1/config. `walker_id` asks her alone."""

    home_id: UUID
    dog_ids: list[UUID] = Field(min_length=1, max_length=10)
    service: Service
    asap: bool = False
    starts_at: Moment | None = Field(default=None, validate_default=True)
    walker_id: UUID | None = None

    @field_validator("starts_at", mode="after")
    @classmethod
    def _is_now_or_then(cls, starts_at: datetime | None, info: ValidationInfo) -> datetime | None:
        if "asap" in info.data and info.data["asap"] is (starts_at is not None):
            raise PydanticCustomError("start_unclear", "say starts_at, or asap, and not both")
        return starts_at


class Clause(Schema):
    """One rule of the policy in plain words; `kept_percent` of the price is kept."""

    policy: str = Field(examples=["free_early"])
    kept_percent: int
    text: str = Field(examples=["Free until 1 day before the start."])


class QuoteView(Schema):
    """Binding until `expires_at`, whoever accepts the walk. `lines` add up to `total`, in its currency."""

    id: UUID
    expires_at: datetime
    policy_version: str
    home_id: UUID
    dog_ids: list[UUID]
    service: str
    asap: bool
    starts_at: datetime
    walker_id: UUID | None
    lines: list[PriceLine]
    total: Money
    walker_earns: Money
    cancellation: list[Clause]
