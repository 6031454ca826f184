"""What owner and walker write to each other."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Page, Schema
from api.schemas.moment import Moment
from api.schemas.photo import Photo
from api.schemas.text import MessageText


class NewMessage(Schema):
    """A text, or a photo its sender has sent of this walk."""

    text: MessageText | None = None
    photo_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.photo_id is None):
            raise PydanticCustomError("text_or_photo", "a message is a text or a photo_id")
        return self


class Message(Schema):
    """Between the owner and the walker named, by one of them. `seen_at`: by the other."""

    id: UUID
    walker_id: UUID
    sender_id: UUID
    text: str | None
    photo: Photo | None
    at: datetime
    seen_at: datetime | None


class Messages(Page[Message]):
    """Newest first."""

    unread: int = Field(description="Written to me and not seen yet, on all pages", examples=[2])


class MessagesSeen(Schema):
    up_to: UUID | Moment = Field(description="The newest message that was shown, or the moment it was shown")
