"""Incidents over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.booking import BookingView
from dogwalk.domain.incident import IncidentKind


class NewIncident(Schema):
    kind: IncidentKind
    notes: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = Field(
        default="", description="For support's eyes"
    )


class IncidentReported(Schema):
    id: UUID
    emergency_line: str = Field(examples=["+12125550199"])
    booking: BookingView
