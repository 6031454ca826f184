"""Shapes of actions on an area."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.moment import Moment
from api.schemas.support_deeds import Reason
from dogwalk.domain.area_action import DELAY_MAX_S, AreaActionKind, Cause


class AreaActionRequest(Schema):
    """Either a plan, which changes nothing (`dry_run`), or the `dry_run_id` of one to execute exactly that."""

    reason: Reason
    dry_run_id: UUID | None = None
    dry_run: bool = True
    area: dict[str, Any] | None = Field(default=None, description="GeoJSON Polygon or MultiPolygon")
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
