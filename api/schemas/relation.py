"""Blocks over HTTP."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class Blocked(Schema):
    still_agreed: list[UUID] = Field(
        description="Bookings between the two that were agreed on before: they stay until one of them calls them off"
    )
