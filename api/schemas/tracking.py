"""A phone that tracks a walk, and what viewers are shown."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class TrackingSessionCreate(Schema):
    device: str = Field(min_length=1, max_length=100, examples=["iPhone 17, app 3.2"])


class TrackingSessionRead(Schema):
    """`token` adds positions to this walk and can do nothing else. It outlives the access token: until 48 h after the
    finish; `expires_at` is the latest that can be.
    """

    device_id: UUID
    token: str = Field(examples=["trk_9vGm1rWQ0u3nKpX5yZtB7cD2eF4hJ6kL8mN0pQ2rS4t"])
    ingest_url: str = Field(examples=["https://api.dogwalk.test/v1/bookings/0193f6c2-…/positions"])
    expires_at: datetime
