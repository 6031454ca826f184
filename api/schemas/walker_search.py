"""Walkers as others see them: nothing says where they live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.photo import PhotoAddress


class WalkerCard(Schema):
    """`late_cancels`: what stands on her public record."""

    id: UUID
    first_name: str
    bio: str
    rating: float
    reviews: int
    late_cancels: int
    max_dogs: int
    max_dog_weight_kg: float
    favourite: bool
    blocked: bool = Field(description="By me")
    photo: PhotoAddress | None


class WalkerFound(Schema):
    walker: WalkerCard
    distance_m: int = Field(description="Rounded to 500 m")
    score: float = Field(description="By which they are in order: the best is 1")


class FreeSlot(Schema):
    """A walk could start here, and would end there."""

    starts_at: datetime
    ends_at: datetime


class FreeSlots(Schema):
    """Starts on the quarter of an hour."""

    items: list[FreeSlot]
