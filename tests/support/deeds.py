"""What support does to a running booking, and what stands of it afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sqlalchemy import select

from dogwalk.contracts.support import SupportCommand
from dogwalk.db.models.booking import BookingEvent
from dogwalk.db.repositories import audit
from dogwalk.services.support.grants import Grants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.db.models.support import AuditEntry
    from tests.support.people import Owner
    from tests.support.world import World

TOTAL, WALKER_SHARE = 2775, 2000
Command = TypeVar("Command", bound=SupportCommand)
AGENT = UUID("00000000-0000-7000-8000-000000000001")


def with_grant(world: World, action: str, booking_id: UUID, command: Command) -> Command:
    return Grants(vault=world.resources.vault).mint(action, booking_id, command, at=world.now())


async def booking_asked(world: World, starts_in: timedelta = timedelta(hours=5)) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    return booking_id, owner, walker


async def deeds_on(world: World, booking_id: UUID) -> Sequence[AuditEntry]:
    async with world.resources.database.transaction() as session:
        return await audit.of_booking(session, booking_id)


async def events_of(world: World, booking_id: UUID) -> list[BookingEvent]:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent).where(BookingEvent.booking_id == booking_id)
        return list(await session.scalars(statement.order_by(BookingEvent.version, BookingEvent.n)))
