"""Owner and walker write to each other about a walk: evidence, a sign of the walker, a try to reach the owner.

Each walker of a booking has a conversation of her own with its owner. One who was replaced, or gave the walk back, reads
what was said in her time and can say no more; whoever takes over never sees it. The owner sees all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.models.message import BookingMessage
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_message as messages
from dogwalk.db.repositories import contact_attempt
from dogwalk.db.repositories import photo as photos
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import relation as relations
from dogwalk.domain.conversation import MESSAGE_RECEIVED, check_takes_messages
from dogwalk.errors import Conflict, InvalidInput, NotFound
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.photo.walk import ShownPhoto, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import Change
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.photo import Photo
    from dogwalk.db.session import Database
    from dogwalk.ports import ObjectStore

LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A text, or a photo its sender has sent before."""

    id: UUID
    text: str | None = field(default=None, repr=False)
    photo_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    message: BookingMessage
    photo: ShownPhoto | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`unread`: how many were written to the reader that she has not seen, on all pages."""

    messages: Sequence[ShownMessage]
    unread: int


class Conversations:
    """Raises NotFound to strangers. `send_soon` is given the batch of a push once it is written down."""

    def __init__(self, *, database: Database, store: ObjectStore, send_soon: Callable[[str], None]) -> None:
        self._database = database
        self._store = store
        self._send_soon = send_soon

    async def send(self, new: NewMessage, *, booking_id: UUID, sender_id: UUID, at: datetime) -> None:
        """Again with the same id changes nothing. NotFound for a walker whom another replaced; Conflict `not_assigned`,
        `window_closed`, `messages_blocked`; InvalidInput `unknown_photo`.
        """
        async with self._database.transaction() as session:
            await locked_row(session, booking_id)
            booking = await bookings.for_party(session, booking_id, sender_id)
            if booking is None:
                raise NotFound("No such booking")
            walker_id = await _listening(session, booking, at)
            await _check_photo(session, new.photo_id, booking_id, sender_id)
            change = await _written(session, new, booking, walker_id, sender_id, at)
        if change is not None:
            self._send_soon(f"{booking_id}:{change.version}")

    async def page(
        self, booking_id: UUID, person_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Said:
        """Newest first."""
        async with self._database.transaction() as session:
            walker_id = await _reader(session, booking_id, person_id)
            found = await messages.page(session, booking_id, walker_id=walker_id, before=before, limit=limit)
            taken = await photos_of(session, found)
            unread = await messages.count_unseen(session, booking_id, by=person_id, walker_id=walker_id)
        return Said(messages=await with_photos(self._store, found, taken), unread=unread)

    async def one(self, message_id: UUID, booking_id: UUID, person_id: UUID) -> ShownMessage:
        async with self._database.transaction() as session:
            walker_id = await _reader(session, booking_id, person_id)
            found = await _known(session, booking_id, message_id, walker_id)
            taken = await photos_of(session, [found])
        return (await with_photos(self._store, [found], taken))[0]

    async def mark_seen(self, booking_id: UUID, person_id: UUID, *, up_to: UUID | datetime, at: datetime) -> None:
        """Everything written to this person, up to a message or a moment."""
        async with self._database.transaction() as session:
            walker_id = await _reader(session, booking_id, person_id)
            place = await _place(session, booking_id, up_to, walker_id)
            await messages.mark_seen(session, booking_id, by=person_id, walker_id=walker_id, up_to=place, at=at)


async def with_photos(
    store: ObjectStore, found: Sequence[BookingMessage], taken: Mapping[UUID, Photo]
) -> list[ShownMessage]:
    """Each photo under an address of its own."""
    photos_shown = {one.photo.id: one for one in await shown(store, list(taken.values()))}
    return [ShownMessage(message=one, photo=photos_shown.get(one.photo_id) if one.photo_id else None) for one in found]


async def photos_of(session: AsyncSession, found: Sequence[BookingMessage]) -> Mapping[UUID, Photo]:
    wanted = [one.photo_id for one in found if one.photo_id is not None]
    return await photos.among(session, wanted) if wanted else {}


async def _listening(session: AsyncSession, booking: Booking, at: datetime) -> UUID:
    """The walker to talk to, or by whom."""
    policy = await policies.by_version(session, booking.market_id, booking.policy_version)
    walker_id = check_takes_messages(booking, at=at, policy=policy.afterwards)
    if await relations.is_blocked(session, booking.owner_id, walker_id):
        raise Conflict("One of you has blocked the other", code="messages_blocked")
    return walker_id


async def _check_photo(session: AsyncSession, photo_id: UUID | None, booking_id: UUID, sender_id: UUID) -> None:
    if photo_id is None:
        return
    photo = (await photos.among(session, [photo_id])).get(photo_id)
    if photo is None or (photo.booking_id, photo.person_id) != (booking_id, sender_id):
        raise InvalidInput("That is no photo of yours of this walk", code="unknown_photo", pointer="/photo_id")


async def _written(
    session: AsyncSession, new: NewMessage, booking: Booking, walker_id: UUID, sender_id: UUID, at: datetime
) -> Change | None:
    """None for one that stands already."""
    is_new = await messages.add(
        session,
        id=new.id,
        booking_id=booking.id,
        assignment_no=booking.assignment_no,
        walker_id=walker_id,
        sender_id=sender_id,
        text=new.text,
        photo_id=new.photo_id,
        at=at,
    )
    if not is_new:
        return None
    if sender_id == walker_id and booking.ended_at is None:
        await _count_attempt(session, new.id, booking, at)
    return await _told(session, new.id, booking, walker_id, sender_id, at)


async def _count_attempt(session: AsyncSession, message_id: UUID, booking: Booking, at: datetime) -> None:
    """She tried to reach the owner: towards the two of no-access, and a sign of her if she has not arrived."""
    await contact_attempt.add(
        session,
        message_id,
        booking_id=booking.id,
        assignment_no=booking.assignment_no,
        kind="message",
        at=at,
        created_at=at,
    )


async def _told(
    session: AsyncSession, message_id: UUID, booking: Booking, walker_id: UUID, sender_id: UUID, at: datetime
) -> Change:
    """The other side alone, by ids alone."""
    by_owner = sender_id == booking.owner_id
    reader_id = walker_id if by_owner else booking.owner_id
    number = await messages.count(session, booking.id)
    change = change_of(
        Afterwards.MESSAGE, number, booking_id=booking.id, at=at, actor="owner" if by_owner else "walker"
    )
    facts = Facts(change=change, beside=True)
    facts.event(MESSAGE_RECEIVED, audience=[reader_id], booking_message_id=str(message_id), sender_id=str(sender_id))
    facts.message(MESSAGE_RECEIVED, reader_id, booking_message_id=str(message_id))
    await facts.write(session)
    return change


async def _reader(session: AsyncSession, booking_id: UUID, person_id: UUID) -> UUID | None:
    """Whose conversation this person reads: None for the owner, who reads all. NotFound for one who never was a party."""
    booking = await bookings.for_party(session, booking_id, person_id)
    if booking is not None and booking.owner_id == person_id:
        return None
    if booking is None and not await relations.was_assigned(session, booking_id, person_id):
        raise NotFound("No such booking")
    return person_id


async def _place(
    session: AsyncSession, booking_id: UUID, up_to: UUID | datetime, walker_id: UUID | None
) -> tuple[datetime, UUID]:
    if isinstance(up_to, datetime):
        return up_to, LAST_ID
    last = await _known(session, booking_id, up_to, walker_id)
    return last.at, last.id


async def _known(session: AsyncSession, booking_id: UUID, message_id: UUID, walker_id: UUID | None) -> BookingMessage:
    found = await messages.one(session, booking_id, message_id, walker_id=walker_id)
    if found is None:
        raise NotFound("No such message")
    return found
