"""An owner's homes over HTTP. How to get in goes in and never comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.text import ShortText

Address = Annotated[str, Field(min_length=1, max_length=300, examples=["1 Canary Street, New York, NY 10024"])]
Latitude = Annotated[float, Field(ge=-90, le=90, examples=[40.7812])]
Longitude = Annotated[float, Field(ge=-180, le=180, examples=[-73.9665])]


class Access(Schema):
    """Write-only: sealed at once, shown to the assigned walker alone, around the walk."""

    kind: Literal["key_box", "door_code", "key", "concierge", "somebody_home", "other"]
    code: str = Field(default="", max_length=100, repr=False)
    notes: str = Field(default="", max_length=1000, repr=False)


class AccessShown(Schema):
    """To the assigned walker alone."""

    kind: str = Field(examples=["key_box"])
    code: str = Field(repr=False)
    notes: str = Field(repr=False)


class NewHome(Schema):
    label: ShortText = Field(examples=["Home"])
    address: Address
    lat: Latitude
    lon: Longitude
    access: Access | None = None


class HomeChange(Schema):
    """What is not named, or null, stays; `access: null` alone forgets how to get in. `lat` and `lon` come together."""

    label: ShortText | None = None
    address: Address | None = None
    lat: Latitude | None = None
    lon: Longitude | None = Field(default=None, validate_default=True)
    access: Access | None = None

    @field_validator("lon", mode="after")
    @classmethod
    def _goes_with_lat(cls, lon: float | None, info: ValidationInfo) -> float | None:
        if "lat" in info.data and (info.data["lat"] is None) != (lon is None):
            raise PydanticCustomError("half_a_place", "lat and lon come together")
        return lon


class HomeView(Schema):
    """`market` and `time_zone` are derived from the place."""

    id: UUID
    label: str
    address: str
    area: str
    lat: float
    lon: float
    time_zone: str = Field(examples=["America/New_York"])
    market: str
    has_access: bool = Field(description="Whether the walker will be told how to get in")
    created_at: datetime
