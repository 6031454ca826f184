"""One's own account over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.photo import PhotoAddress
from api.schemas.text import PersonName, Phone

Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]


class Me(Schema):
    id: UUID
    email: str
    email_verified: bool
    phone: str | None = Field(description="E.164", examples=["+12125550142"])
    phone_verified: bool
    name: str
    locale: str = Field(examples=["en-US"])
    time_zone: str = Field(examples=["America/New_York"])
    roles: list[str] = Field(examples=[["owner"]])
    two_factor_on: bool
    recovery_codes_left: int | None = Field(description="Null without a second factor")
    photo: PhotoAddress | None
    created_at: datetime


class MeChange(Schema):
    """What is not named stays."""

    name: PersonName | None = None
    locale: Locale | None = Field(default=None, examples=["en-US"])
    time_zone: str | None = Field(default=None, max_length=64, examples=["America/New_York"])


class EmergencyContact(Schema):
    name: PersonName
    phone: Phone


class RoleWanted(Schema):
    role: Literal["owner", "walker"]
