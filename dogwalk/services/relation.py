"""Favourites, and blocks: two people of whom one blocks the other are never matched, whoever it was."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from dogwalk.contracts.booking import OfferWithdrawn
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import offer as offers
from dogwalk.db.repositories import relation as relations
from dogwalk.db.repositories import walker as walkers
from dogwalk.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Offer
    from dogwalk.db.session import Database
    from dogwalk.ports import RunningBookings

logger = logging.getLogger(__name__)


class Relations:
    """Repeats change nothing. A walk that is agreed on stays so until either calls it off: a block answers which these
    are, and no walk becomes one while it is being made (`lock_for_block`).
    """

    def __init__(self, *, database: Database, running: RunningBookings) -> None:
        self._database = database
        self._running = running

    async def favour(self, owner_id: UUID, walker_id: UUID, *, at: datetime) -> None:
        """NotFound when there is no such walker."""
        async with self._database.transaction() as session:
            await _known(session, walker_id)
            await relations.add_favourite(session, owner_id, walker_id, at=at)

    async def unfavour(self, owner_id: UUID, walker_id: UUID) -> None:
        async with self._database.transaction() as session:
            await _known(session, walker_id)
            await relations.drop_favourite(session, owner_id, walker_id)

    async def block_walker(self, owner_id: UUID, walker_id: UUID, *, at: datetime) -> Sequence[UUID]:
        """The walks agreed on before. NotFound when there is no such walker, herself included. No favourite any more
        either.
        """

        async def work(session: AsyncSession) -> Blocking:
            await _known(session, walker_id)
            if walker_id == owner_id:
                raise NotFound("No such walker")
            await relations.drop_favourite(session, owner_id, walker_id)
            return await _block(session, owner_id, walker_id, at)

        return await self._tell(await self._database.run(work))

    async def unblock_walker(self, owner_id: UUID, walker_id: UUID) -> None:
        async with self._database.transaction() as session:
            await _known(session, walker_id)
            await relations.drop_block(session, owner_id, walker_id)

    async def block_owner(self, walker_id: UUID, booking_id: UUID, *, at: datetime) -> Sequence[UUID]:
        """Of a walk she has or had; NotFound otherwise. The walks agreed on before."""

        async def work(session: AsyncSession) -> Blocking:
            return await _block(session, walker_id, await _owner(session, booking_id, walker_id), at)

        return await self._tell(await self._database.run(work))

    async def unblock_owner(self, walker_id: UUID, booking_id: UUID) -> None:
        async with self._database.transaction() as session:
            await relations.drop_block(session, walker_id, await _owner(session, booking_id, walker_id))

    async def _tell(self, blocking: Blocking) -> Sequence[UUID]:
        """Those who are asked next need not wait until the offers lapse; without Temporal they do."""
        for offer in blocking.withdrawn:
            try:
                await self._running.offer_withdrawn(offer.booking_id, OfferWithdrawn(walker_id=offer.walker_id))
            except Unavailable as error:
                logger.warning("a withdrawn offer will lapse with its wave: %s", error.code)
        return blocking.still_agreed


class Blocking(NamedTuple):
    still_agreed: Sequence[UUID]
    withdrawn: Sequence[Offer]


async def _block(session: AsyncSession, blocker_id: UUID, blocked_id: UUID, at: datetime) -> Blocking:
    await relations.lock_for_block(session, blocker_id, blocked_id)
    await relations.add_block(session, blocker_id, blocked_id, at=at)
    withdrawn = await offers.withdraw_between(session, blocker_id, blocked_id, at=at)
    return Blocking(await relations.agreed_walks(session, blocker_id, blocked_id), withdrawn)


async def _known(session: AsyncSession, walker_id: UUID) -> None:
    if await walkers.get(session, walker_id) is None:
        raise NotFound("No such walker")


async def _owner(session: AsyncSession, booking_id: UUID, walker_id: UUID) -> UUID:
    booking = await bookings.get(session, booking_id)
    if booking is None or not await relations.was_assigned(session, booking_id, walker_id):
        raise NotFound("No such booking")
    return booking.owner_id
