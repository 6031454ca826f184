"""Shapes of actions on an area."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.home import Latitude, Longitude
from api.schemas.moment import Moment
from api.schemas.support_deeds import Reason
from dogwalk.domain.area_action import DELAY_MAX_S, AreaActionKind, Cause

# An altitude is allowed and says nothing.
Place = tuple[Longitude, Latitude] | tuple[Longitude, Latitude, float]
Rings = Annotated[list[Annotated[list[Place], Field(max_length=10_000)]], Field(min_length=1, max_length=100)]


class AreaPolygon(Schema):
    type: Literal["Polygon"]
    coordinates: Rings


class AreaPolygons(Schema):
    type: Literal["MultiPolygon"]
    coordinates: list[Rings] = Field(min_length=1, max_length=100)


Area = Annotated[AreaPolygon | AreaPolygons, Field(discriminator="type")]


class AreaActionRequest(Schema):
    """Either a plan, which changes nothing (`dry_run`), or the `dry_run_id` of one to execute exactly that."""

    reason: Reason
    dry_run_id: UUID | None = None
    dry_run: bool = True
    area: Area | None = Field(default=None, description="GeoJSON Polygon or MultiPolygon")
    begins: Moment | None = Field(default=None, alias="from")
    ends: Moment | None = Field(default=None, alias="to")
    action: AreaActionKind | None = None
    cause: Cause = Cause.OTHER
    delay_s: int = Field(default=0, ge=0, le=DELAY_MAX_S, description="With `delay`: by how much")


class AreaResult(Schema):
    """`effect` as promised: cancel, delay or tell. `state`: planned, sent, done, or skipped: the booking had moved on."""

    booking_id: UUID
    status: str
    effect: str
    state: str


class AreaActionView(Schema):
    """`state`: dry_run, running, or done, when every booking was told. `dry_run_id` executes it while it is a dry run."""

    id: UUID
    dry_run_id: UUID | None
    action: AreaActionKind
    cause: Cause
    state: str
    begins: datetime
    ends: datetime
    reason: str
    asked_at: datetime
    executed_at: datetime | None
    results: list[AreaResult]
