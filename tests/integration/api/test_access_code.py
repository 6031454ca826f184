"""How to get in: for the assigned walker, around the walk, on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.repositories import audit
from dogwalk.domain.role import Role
from tests.support.api import Api
from tests.support.households import Phone, phone_of_owner, publish_market
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    import httpx

CODE = "4711#canary"
ACCESS = {"kind": "key_box", "code": CODE, "notes": "left of the door"}


@dataclass(kw_only=True)
class Door:
    """A walk of tomorrow, assigned; `owner` has said how to get in."""

    api: Api
    owner: Phone
    walker: Phone
    booking_id: UUID

    async def ask(self, phone: Phone | None = None, *, key: str | None = None) -> httpx.Response:
        return await (phone or self.walker).post(f"/v1/bookings/{self.booking_id}/access-code", {}, key=key)

    async def change(self, **fields: object) -> None:
        async with self.api.resources.database.transaction() as session:
            booking = await session.get_one(Booking, self.booking_id)
            for name, value in fields.items():
                setattr(booking, name, value)

    async def shown(self) -> list[str]:
        """Who was written down, and how often the owner was told."""
        async with self.api.resources.database.transaction() as session:
            entries = await audit.of_booking(session, self.booking_id)
            told = select(OutboxMessage).where(
                OutboxMessage.kind == "access_shown", OutboxMessage.person_id == self.owner.who.person_id
            )
            assert len((await session.scalars(told)).all()) == len(entries)
        return [entry.actor for entry in entries]


@pytest.fixture
async def door(api: Api) -> Door:
    await publish_market(api, market_id=MARKET)
    owner, walker = await phone_of_owner(api), Phone(api=api, who=await api.caller(Role.WALKER))
    booking_id = await make_booking(
        api.resources, owner_id=owner.who.person_id, walker_id=walker.who.person_id, status="assigned"
    )
    home_id = (await owner.get("/v1/homes")).json()["items"][0]["id"]
    assert (await owner.patch(f"/v1/homes/{home_id}", {"access": ACCESS})).status_code == 200
    return Door(api=api, owner=owner, walker=walker, booking_id=booking_id)


def soon(door: Door) -> None:
    """Ten minutes before the start."""
    door.api.clock.offset += timedelta(days=1, minutes=-10)


async def test_the_walker_sees_it_and_the_owner_is_told(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    soon(door)
    assert (await door.ask()).json() == ACCESS
    assert await door.shown() == [str(door.walker.who.person_id)]
    assert (await door.ask()).status_code == 200
    assert len(await door.shown()) == 2
    lines = (await door.owner.get(f"/v1/bookings/{door.booking_id}/timeline")).json()["items"]
    assert [line["type"] for line in lines].count("access_shown") == 2
    assert CODE not in "".join(capsys.readouterr()) + str(lines)


async def test_a_repeat_is_told_no_second_time_and_judged_anew(door: Door) -> None:
    soon(door)
    key = str(uuid4())
    assert [(await door.ask(key=key)).json()["code"] for _ in range(2)] == [CODE, CODE]
    assert len(await door.shown()) == 1
    await door.change(status="completed")
    refused = await door.ask(key=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert CODE not in refused.text


async def test_another_code_under_the_same_key_is_written_down_and_told(door: Door) -> None:
    soon(door)
    key = str(uuid4())
    assert (await door.ask(key=key)).json()["code"] == CODE
    home_id = (await door.owner.get("/v1/homes")).json()["items"][0]["id"]
    await door.owner.patch(f"/v1/homes/{home_id}", {"access": {**ACCESS, "code": "0815"}})
    assert [(await door.ask(key=key)).json()["code"] for _ in range(2)] == ["0815", "0815"]
    assert len(await door.shown()) == 2


async def test_not_before_the_walk_may_be_started(door: Door) -> None:
    refused = await door.ask()
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
    assert await door.shown() == []


async def test_nobody_else_sees_it(door: Door) -> None:
    soon(door)
    other = Phone(api=door.api, who=await door.api.caller(Role.WALKER))
    assert (await door.ask(other)).status_code == 404
    assert (await door.ask(door.owner)).status_code == 403
    await door.change(walker_id=other.who.person_id)
    assert (await door.ask()).status_code == 404
    assert await door.shown() == []


async def test_where_nothing_was_said_there_is_nothing_to_see(door: Door) -> None:
    soon(door)
    home_id = (await door.owner.get("/v1/homes")).json()["items"][0]["id"]
    await door.owner.patch(f"/v1/homes/{home_id}", {"access": None})
    refused = await door.ask()
    assert (refused.status_code, refused.json()["code"]) == (409, "no_access_code")
    assert await door.shown() == []
