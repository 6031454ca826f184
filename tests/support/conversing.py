"""People of a booking who write to each other, as the API takes it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.models.base import uuid7
from dogwalk.services.conversation import Conversations, NewMessage

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.bootstrap import Resources


async def write_to(resources: Resources, booking_id: UUID, sender_id: UUID, text: str = "I am at the door.") -> UUID:
    """To the other side, now."""
    talk = Conversations(
        database=resources.database, store=resources.objects, send_soon=resources.account_messages.send_soon
    )
    new = NewMessage(id=uuid7(), text=text)
    await talk.send(new, booking_id=booking_id, sender_id=sender_id, at=resources.clock.now())
    return new.id
