"""Photos of a walk: the walker sends them, the owner sees them all, a walker her own, also after another took over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.models.photo import Photo
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import photo as photos
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.reporting import check_takes_photos
from dogwalk.errors import Conflict, NotFound
from dogwalk.ports import SignedUrl
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked_row, parties
from dogwalk.services.photo.shelf import claim
from dogwalk.services.report_card import send_report_card

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.ports import ObjectStore
    from dogwalk.services.photo.shelf import PhotoShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    photo: Photo
    address: SignedUrl


class WalkPhotos:
    """Raises NotFound to strangers."""

    def __init__(self, *, database: Database, store: ObjectStore, shelf: PhotoShelf) -> None:
        self._database = database
        self._store = store
        self._shelf = shelf

    async def add(self, photo_id: UUID, content: bytes, *, booking_id: UUID, walker_id: UUID, at: datetime) -> None:
        """Again with the same id changes nothing. Conflict `too_early`, `window_closed`, `too_many_photos`; InvalidInput
        for what is no photo.
        """
        async with self._database.transaction() as session:
            await _taking(session, photo_id, booking_id, walker_id, at)
        key, clean = await self._shelf.put(content, at=at)
        async with self._database.transaction() as session:
            await locked_row(session, booking_id)
            booking = await _taking(session, photo_id, booking_id, walker_id, at)
            is_new = await photos.add(
                session,
                id=photo_id,
                booking_id=booking_id,
                person_id=walker_id,
                assignment_no=booking.assignment_no,
                object_key=key,
                content_type=clean.content_type,
                size_bytes=len(clean.content),
                width_px=clean.width_px,
                height_px=clean.height_px,
                stored_at=at,
            )
            if is_new:
                await claim(session, key, at=at)
                await _told(session, booking, photo_id, at)

    async def of_booking(self, booking_id: UUID, person_id: UUID) -> list[ShownPhoto]:
        """Oldest first, each under an address of its own."""
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            is_owner = booking is not None and booking.owner_id == person_id
            found = await photos.of_booking(session, booking_id, person_id=None if is_owner else person_id)
        if booking is None and not found:
            raise NotFound("No such booking")
        return await shown(self._store, found)

    async def one(self, photo_id: UUID, booking_id: UUID, person_id: UUID) -> ShownPhoto:
        """As in `of_booking`."""
        found = [one for one in await self.of_booking(booking_id, person_id) if one.photo.id == photo_id]
        if not found:
            raise NotFound("No such photo")
        return found[0]


async def shown(store: ObjectStore, found: Sequence[Photo]) -> list[ShownPhoto]:
    addresses = await store.sign([photo.object_key for photo in found])
    return [ShownPhoto(photo=photo, address=addresses[photo.object_key]) for photo in found]


async def _taking(session: AsyncSession, photo_id: UUID, booking_id: UUID, walker_id: UUID, at: datetime) -> Booking:
    booking = await bookings.for_party(session, booking_id, walker_id)
    if booking is None or booking.walker_id != walker_id:
        raise NotFound("No such booking")
    policy = await policies.by_version(session, booking.market_id, booking.policy_version)
    check_takes_photos(booking, at=at, policy=policy)
    others = await photos.count(session, booking_id, booking.assignment_no, but=photo_id)
    if others >= policy.afterwards.photos_max:
        raise Conflict("There are enough photos of this walk", code="too_many_photos")
    return booking


async def _told(session: AsyncSession, booking: Booking, photo_id: UUID, at: datetime) -> None:
    """In the booking's story, so that the owner's app can show it. After the end it may be the first to tell of the walk."""
    number = len(await photos.of_booking(session, booking.id))
    change = change_of(Afterwards.PHOTO, number, booking_id=booking.id, at=at, actor="walker")
    facts = Facts(change=change, beside=True)
    facts.event("photo_added", audience=parties(booking), photo_id=str(photo_id))
    await facts.write(session)
    if booking.ended_at is not None:
        await send_report_card(session, booking, at=at)
