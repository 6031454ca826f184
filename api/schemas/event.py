"""Durable facts of bookings over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class TimelineLine(Schema):
    at: datetime
    type: str = Field(description="Clients ignore types they do not know", examples=["assigned"])
    text: str = Field(description="For a person to read, in English", examples=["Grace accepted the walk."])


class EventEnvelope(Schema):
    """The `data` of every event of a stream, as JSON. `reset`: what was missed is told no more, read everything anew."""

    id: str = Field(description="Send it back as `Last-Event-ID`", examples=["7210-48"])
    type: str = Field(examples=["walker_on_the_way"])
    at: datetime
    booking_id: UUID | None
    data: dict[str, Any] = Field(description="Ids, enums, times and money; never a position or an address")
