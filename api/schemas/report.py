"""The report card of a walk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.moment import Moment
from api.schemas.photo import Photo

MAX_NOTES, MAX_EVENTS = 2000, 200
Kind = Literal["pee", "poo", "food", "water", "note"]


class ReportEvent(Schema):
    """`id` and `at` are the phone's own. A place is both or neither."""

    id: UUID
    dog_id: UUID | None = None
    kind: Kind
    at: Moment
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("half_a_place", "lat and lon come together")
        return self


class WrittenReport(Schema):
    """The whole of it."""

    notes: str = Field(default="", max_length=MAX_NOTES)
    events: list[ReportEvent] = Field(default_factory=list, max_length=MAX_EVENTS)


class Report(WrittenReport):
    """`written_at` is null as long as nothing was written. With the photos, oldest first."""

    written_at: datetime | None
    photos: list[Photo]
