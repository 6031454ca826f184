"""The in-app inbox over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.moment import Moment


class NotificationView(Schema):
    id: UUID
    kind: str = Field(description="Clients ignore kinds they do not know", examples=["walker_assigned"])
    title: str = Field(examples=["Grace will walk Rex"])
    text: str = Field(examples=["Grace comes on Tue 24 Nov, 10:30 CET."])
    booking_id: UUID | None
    offer_id: UUID | None
    at: datetime
    seen_at: datetime | None


class NotificationsSeen(Schema):
    up_to: UUID | Moment = Field(description="The newest notification that was shown, or the moment it was shown")
