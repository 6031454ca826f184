"""Phones that get pushes, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.me import Locale


class DeviceCreate(Schema):
    """`kind` says what `value` is: a Firebase installation id or a registration token."""

    kind: Literal["fid", "token"]
    value: str = Field(min_length=1, max_length=4096, pattern=r"^[!-~]+$")
    platform: Literal["ios", "android", "web"]
    app: str = Field(min_length=1, max_length=100, examples=["owner"])
    locale: Locale = Field(examples=["en-US"])
    time_zone: str = Field(max_length=64, examples=["America/New_York"])


class DeviceView(Schema):
    id: UUID
    kind: str
    platform: str
    app: str
    locale: str
    time_zone: str
    created_at: datetime
