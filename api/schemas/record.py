"""What stands on a walker's record, and her word against it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema
from api.schemas.text import MessageText


class NewAppeal(Schema):
    reason: Annotated[MessageText, Field(description="For support", examples=["My bike broke down; I called at once."])]


class Appeal(Schema):
    """`state`: open until support decides, then lifted (it is off the record) or kept. `answer`: why."""

    id: UUID
    state: str = Field(examples=["open"])
    reason: str
    answer: str | None
    created_at: datetime
    decided_at: datetime | None


class Strike(Schema):
    """`waived_at`: taken back."""

    id: UUID
    kind: str = Field(examples=["late_cancel"])
    booking_id: UUID
    at: datetime
    waived_at: datetime | None
    appeal: Appeal | None


class WalkerRecord(Schema):
    """The newest hundred strikes, newest first. No new requests until `blocked_until`."""

    late_cancels: int
    blocked_until: datetime | None
    strikes: list[Strike]
