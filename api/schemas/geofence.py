"""Fences around a home."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.home import Latitude, Longitude
from api.schemas.text import ShortText
from dogwalk.domain.fence import CORNERS_MAX, CORNERS_MIN, RADIUS_MAX_M, RADIUS_MIN_M

Kind = Literal["home", "safe_area", "no_go"]
Ring = Annotated[list[tuple[Longitude, Latitude]], Field(min_length=CORNERS_MIN + 1, max_length=CORNERS_MAX + 1)]


class CircleShape(Schema):
    lat: Latitude
    lon: Longitude
    radius_m: float = Field(ge=RADIUS_MIN_M, le=RADIUS_MAX_M, examples=[400.0])


class PolygonShape(Schema):
    """GeoJSON (RFC 7946): one closed ring of `[lon, lat]`, no holes."""

    type: Literal["Polygon"]
    coordinates: list[Ring] = Field(
        min_length=1,
        max_length=1,
        examples=[[[[-73.97, 40.78], [-73.96, 40.78], [-73.96, 40.79], [-73.97, 40.78]]]],
    )

    @field_validator("coordinates", mode="after")
    @classmethod
    def _is_closed(cls, rings: list[Ring]) -> list[Ring]:
        if rings[0][0] != rings[0][-1]:
            raise PydanticCustomError("ring_open", "the ring ends where it begins")
        return rings


class NewGeofence(Schema):
    """Either `circle` or `polygon`. A `home` fence is a circle of 75 m or more that holds the home; there is one a home."""

    name: ShortText = Field(examples=["The park"])
    kind: Kind
    circle: CircleShape | None = None
    polygon: PolygonShape | None = Field(default=None, validate_default=True)

    @field_validator("polygon", mode="after")
    @classmethod
    def _is_one_shape(cls, polygon: PolygonShape | None, info: ValidationInfo) -> PolygonShape | None:
        if "circle" in info.data and (info.data["circle"] is None) == (polygon is None):
            raise PydanticCustomError("one_shape", "either a circle or a polygon")
        return polygon


class GeofenceChange(Schema):
    """What is not named, or null, stays. A new shape is a `circle` or a `polygon`."""

    name: ShortText | None = None
    circle: CircleShape | None = None
    polygon: PolygonShape | None = None

    @field_validator("polygon", mode="after")
    @classmethod
    def _is_one_shape(cls, polygon: PolygonShape | None, info: ValidationInfo) -> PolygonShape | None:
        if polygon is not None and info.data.get("circle") is not None:
            raise PydanticCustomError("one_shape", "either a circle or a polygon")
        return polygon


class GeofenceView(Schema):
    id: UUID
    name: str
    kind: Kind
    circle: CircleShape | None
    polygon: PolygonShape | None
    created_at: datetime
