"""A walk that somebody has accepted, and what its two people write to each other about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import calendar
from dogwalk.domain.role import Role
from tests.support.api import Api
from tests.support.households import Phone, phone_of_owner, publish_market
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    import httpx


@dataclass(kw_only=True)
class Chat:
    """A walk that somebody has accepted."""

    api: Api
    owner: Phone
    walker: Phone
    booking_id: UUID

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.booking_id}/messages"

    async def send(self, by: Phone, text: str = "Hello", *, key: str | None = None) -> httpx.Response:
        return await by.post(self.path, {"text": text}, key=key)

    async def reads(self, phone: Phone) -> list[str]:
        return [one["text"] for one in (await self.listed(phone))["items"]]

    async def listed(self, phone: Phone, query: str = "") -> dict[str, Any]:
        answer = await phone.get(self.path + query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def change(self, **fields: object) -> None:
        async with self.api.resources.database.transaction() as session:
            booking = await session.get_one(Booking, self.booking_id)
            for name, value in fields.items():
                setattr(booking, name, value)

    async def all(self, table: Any) -> list[Any]:
        async with self.api.resources.database.transaction() as session:
            return list(await session.scalars(select(table).where(table.booking_id == self.booking_id)))

    async def taken_over(self) -> Phone:
        """Another walker has it now."""
        other = await _walker(self.api)
        await _hers(self.api, self.booking_id, other, 2)
        await self.change(walker_id=other.who.person_id, assignment_no=2)
        return other


async def _walker(api: Api) -> Phone:
    phone = Phone(api=api, who=await api.caller(Role.WALKER))
    async with api.resources.database.transaction() as session:
        session.add(Walker(person_id=phone.who.person_id, created_at=api.clock.now()))
    return phone


async def _hers(api: Api, booking_id: UUID, walker: Phone, assignment_no: int) -> None:
    async with api.resources.database.transaction() as session:
        await calendar.free(session, booking_id)
        booking = await session.get_one(Booking, booking_id)
        await calendar.assign(
            session,
            booking_id=booking_id,
            assignment_no=assignment_no,
            walker_id=walker.who.person_id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            travel_buffer_s=0,
            at=api.clock.now(),
        )


async def chat_of(api: Api) -> Chat:
    await publish_market(api, market_id=MARKET)
    owner, walker = await phone_of_owner(api), await _walker(api)
    booking_id = await make_booking(
        api.resources,
        owner_id=owner.who.person_id,
        walker_id=walker.who.person_id,
        status="assigned",
        assignment_no=1,
    )
    await _hers(api, booking_id, walker, 1)
    return Chat(api=api, owner=owner, walker=walker, booking_id=booking_id)
