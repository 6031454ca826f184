"""Offers as the walker sees them: what she earns, which dogs, and roughly where. No address before she has accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.db.models.booking import Booking, Offer
from dogwalk.db.models.household import Dog, Home
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import offer as offers
from dogwalk.db.repositories import walker as walkers
from dogwalk.errors import Conflict, Forbidden, NotFound
from dogwalk.services.booking import board

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    offer: Offer
    booking: Booking
    dogs: Sequence[Dog]
    home: Home


class OfferReader:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, offer_id: UUID, walker_id: UUID) -> OfferView:
        """NotFound for somebody else's."""
        async with self._database.transaction() as session:
            offer = await offers.get_for_walker(session, offer_id, walker_id)
            booking = await bookings.get(session, offer.booking_id) if offer else None
            if offer is None or booking is None:
                raise NotFound("No such offer")
            return (await _views(session, [(offer, booking)]))[0]

    async def page(
        self, walker_id: UUID, *, open_at: datetime | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[OfferView]:
        """`open_at`: only those that could be accepted then, with what the board has for her now on top."""

        async def work(session: AsyncSession) -> list[OfferView]:
            if open_at is not None and before is None:
                await board.look(session, walker_id, at=open_at)
            found = await offers.page_for_walker(session, walker_id, open_at=open_at, before=before, limit=limit)
            return await _views(session, found)

        return await self._database.run(work)

    async def answerable(self, offer_id: UUID, walker_id: UUID) -> Offer:
        """Hers, and her second factor is on: Forbidden `two_factor_required` otherwise. Conflict `offer_withdrawn` when it
        was taken back, which is final.
        """
        async with self._database.transaction() as session:
            offer = await offers.get_for_walker(session, offer_id, walker_id)
            walker = await walkers.get(session, walker_id)
        if offer is None:
            raise NotFound("No such offer")
        if walker is None or not walker.two_factor_on:
            raise Forbidden("Turn on your second factor first", code="two_factor_required")
        if offer.status == "withdrawn":
            raise Conflict("This offer was taken back", code="offer_withdrawn")
        return offer


async def _views(session: AsyncSession, found: Sequence[tuple[Offer, Booking]]) -> list[OfferView]:
    dogs = await bookings.dogs_of_many(session, [booking.id for _, booking in found])
    homes = await bookings.homes_of_many(session, [booking.home_id for _, booking in found])
    return [
        OfferView(offer=offer, booking=booking, dogs=dogs.get(booking.id, []), home=homes[booking.home_id])
        for offer, booking in found
    ]
