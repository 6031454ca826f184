"""Owner and walker of a booking write to each other."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api.deps import Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.rate_limit import MESSAGE, count
from api.rendering import message_view
from api.schemas.message import Message, Messages, MessagesSeen, NewMessage
from dogwalk.services import conversation
from dogwalk.services.conversation import Conversations

router = APIRouter(tags=["booking"])


async def _conversations(res: Res) -> Conversations:
    return Conversations(database=res.database, store=res.objects, send_soon=res.account_messages.send_soon)


Ours = Annotated[Conversations, Depends(_conversations)]


@router.post("/v1/bookings/{booking_id}/messages", status_code=201, responses=problems(404, 409))
async def send_message(
    booking_id: UUID, body: NewMessage, who: SignedIn, request: Request, res: Res, ours: Ours, once: Once
) -> Message:
    """To the other side, from the assignment until 48 h after the end. A text of 2000 characters at most, or a photo I sent
    of this walk (422 `unknown_photo`). The other side is pushed that there is one, never what it says. A walker's message
    counts as a try to reach the owner. 409 `not_assigned`, `window_closed`, `messages_blocked`; 30 a minute.
    """
    await count(request.scope, res, limit=MESSAGE, who=str(who.person_id))

    async def work(message_id: UUID) -> None:
        new = conversation.NewMessage(id=message_id, text=body.text, photo_id=body.photo_id)
        await ours.send(new, booking_id=booking_id, sender_id=who.person_id, at=res.clock.now())

    message_id = await once.make(work)
    return message_view(await ours.one(message_id, booking_id, who.person_id))


@router.get("/v1/bookings/{booking_id}/messages", responses=problems(404))
async def list_messages(booking_id: UUID, who: SignedIn, ours: Ours, page: PageQuery) -> Messages:
    """Newest first. The owner reads all; a walker her own conversation with the owner, also once another took over; whoever
    takes over never sees what was said before. Photos' addresses live for minutes: ask again.
    """
    said = await ours.page(booking_id, who.person_id, before=page.after, limit=page.limit + 1)
    listed = page.of(said.messages, key=lambda one: (one.message.at, one.message.id), render=message_view)
    return Messages(items=listed.items, next_cursor=listed.next_cursor, unread=said.unread)


@router.post("/v1/bookings/{booking_id}/messages/seen", status_code=204, responses=problems(404))
async def mark_messages_seen(booking_id: UUID, body: MessagesSeen, who: SignedIn, res: Res, ours: Ours) -> None:
    """All that was written to me, up to a message or a moment. Repeating it changes nothing."""
    await ours.mark_seen(booking_id, who.person_id, up_to=body.up_to, at=res.clock.now())
