from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dogwalk.adapters.redis import RedisPubSub, connect
from dogwalk.db.repositories import booking_event
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.services.event import EventStreams, Opened, Told, Wakes
from dogwalk.services.event.stream import Cursor
from tests.support.rows import make_booking, make_person, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template

SOON_S = 4.5  # below the poll: what comes within it was woken


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


@pytest.fixture
async def owner_id(resources: Resources) -> UUID:
    return await make_person(resources)


@pytest.fixture
async def booking_id(resources: Resources, owner_id: UUID) -> UUID:
    return await make_booking(resources, owner_id=owner_id)


async def settled(resources: Resources) -> None:
    """Until no transaction of the whole server, other tests' included, is older than what has been written here."""
    async with resources.database.transaction() as session:
        written = int(await session.scalar(text("SELECT pg_current_xact_id()::text::bigint")) or 0)
    while True:
        async with resources.database.transaction() as session:
            if await booking_event.horizon(session) > written:
                return
        await asyncio.sleep(0.02)


class Reader:
    """A client: `opened` is its id to resume from, `next` waits for the next event."""

    def __init__(self, source: AsyncIterator[Opened | Told]) -> None:
        self._source = source
        self.opened = ""

    async def next(self, timeout_s: float = SOON_S) -> Told:
        told = await asyncio.wait_for(anext(self._source), timeout_s)
        assert isinstance(told, Told)
        return told

    async def types(self, count: int) -> list[str]:
        return [(await self.next()).type for _ in range(count)]


@asynccontextmanager
async def reading(
    streams: EventStreams, person_id: UUID, *, last_id: str | None = None, booking_id: UUID | None = None
) -> AsyncIterator[Reader]:
    async with aclosing(streams.follow(person_id, last_id=last_id, booking_id=booking_id)) as source:
        opened = await anext(source)
        assert isinstance(opened, Opened)
        reader = Reader(source)
        reader.opened = opened.id
        yield reader


async def happen(
    resources: Resources, booking_id: UUID, version: int, kind: str, *audience: UUID, age: timedelta = timedelta()
) -> None:
    async with resources.database.transaction() as session:
        await booking_event.append(session, [event(resources, booking_id, version, kind, *audience, age=age)])


def event(
    resources: Resources, booking_id: UUID, version: int, kind: str, *audience: UUID, age: timedelta = timedelta()
) -> NewEvent:
    return NewEvent(
        booking_id=booking_id,
        version=version,
        n=0,
        type=kind,
        at=resources.clock.now() - age,
        actor="system",
        audience=list(audience),
        data={"wave": version},
    )


async def test_an_event_reaches_its_people_at_once(resources: Resources, owner_id: UUID, booking_id: UUID) -> None:
    async with reading(resources.event_streams, owner_id) as reader:
        await happen(resources, booking_id, 1, "matching", owner_id)
        told = await reader.next()
    assert (told.type, told.booking_id, told.data) == ("matching", booking_id, {"wave": 1})


async def test_what_came_before_the_connection_is_not_told(
    resources: Resources, owner_id: UUID, booking_id: UUID
) -> None:
    await happen(resources, booking_id, 1, "matching", owner_id)
    await settled(resources)
    async with reading(resources.event_streams, owner_id) as reader:
        await happen(resources, booking_id, 2, "assigned", owner_id)
        assert (await reader.next()).type == "assigned"


async def test_nobody_is_told_what_is_for_others(resources: Resources, owner_id: UUID, booking_id: UUID) -> None:
    stranger = await make_person(resources, "Eve Stranger")
    async with reading(resources.event_streams, stranger) as reader:
        await happen(resources, booking_id, 1, "matching", owner_id)
        await happen(resources, booking_id, 2, "offer_made", stranger)
        assert (await reader.next()).type == "offer_made"


async def test_a_bookings_stream_tells_of_this_booking_only(
    resources: Resources, owner_id: UUID, booking_id: UUID
) -> None:
    other = await make_booking(resources, owner_id=owner_id)
    async with reading(resources.event_streams, owner_id, booking_id=booking_id) as reader:
        await happen(resources, other, 1, "matching", owner_id)
        await happen(resources, booking_id, 1, "assigned", owner_id)
        assert (await reader.next()).type == "assigned"


async def test_a_broken_connection_is_resumed_where_it_broke(
    resources: Resources, owner_id: UUID, booking_id: UUID
) -> None:
    async with reading(resources.event_streams, owner_id) as reader:
        await happen(resources, booking_id, 1, "matching", owner_id)
        last_id = (await reader.next()).id
    await happen(resources, booking_id, 2, "assigned", owner_id)
    await happen(resources, booking_id, 3, "walker_on_the_way", owner_id)
    async with reading(resources.event_streams, owner_id, last_id=last_id) as reader:
        assert await reader.types(2) == ["assigned", "walker_on_the_way"]


async def test_a_connection_that_heard_nothing_is_resumed_too(
    resources: Resources, owner_id: UUID, booking_id: UUID
) -> None:
    async with reading(resources.event_streams, owner_id) as reader:
        last_id = reader.opened
    await happen(resources, booking_id, 1, "matching", owner_id)
    await settled(resources)
    async with reading(resources.event_streams, owner_id, last_id=last_id) as reader:
        assert (await reader.next()).type == "matching"


async def test_what_was_missed_more_than_a_day_ago_is_a_reset(
    resources: Resources, owner_id: UUID, booking_id: UUID
) -> None:
    async with reading(resources.event_streams, owner_id) as reader:
        last_id = reader.opened
    await happen(resources, booking_id, 1, "matching", owner_id, age=timedelta(hours=25))
    await happen(resources, booking_id, 2, "assigned", owner_id)
    await settled(resources)
    async with reading(resources.event_streams, owner_id, last_id=last_id) as reader:
        reset = await reader.next()
        assert reset.type == "reset"
        await happen(resources, booking_id, 3, "walker_arrived", owner_id)
        assert (await reader.next()).type == "walker_arrived"
    async with reading(resources.event_streams, owner_id, last_id=reset.id) as reader:
        assert (await reader.next()).type == "walker_arrived"


@pytest.mark.parametrize("last_id", ["nonsense", "", "9" * 400, f"{10**17}-1"])
async def test_an_id_that_is_not_ours_is_a_reset(resources: Resources, owner_id: UUID, last_id: str) -> None:
    async with reading(resources.event_streams, owner_id, last_id=last_id) as reader:
        assert (await reader.next()).type == "reset"


async def test_a_late_commit_is_not_passed_over(resources: Resources, owner_id: UUID, booking_id: UUID) -> None:
    """The older transaction takes its number first and commits last; a cursor by number alone would lose it."""
    async with reading(resources.event_streams, owner_id) as reader:
        async with resources.database.transaction() as older:
            await older.execute(text("SELECT pg_current_xact_id()"))
            await happen(resources, booking_id, 2, "assigned", owner_id)
            await booking_event.append(older, [event(resources, booking_id, 1, "matching", owner_id)])
        assert sorted(await reader.types(2)) == ["assigned", "matching"]


async def test_a_lost_wake_is_no_lost_event(resources: Resources, owner_id: UUID, booking_id: UUID) -> None:
    nowhere = connect("unix:///nonexistent/valkey.sock")
    wakes = Wakes(fan_out=RedisPubSub(client=nowhere, prefix=""))
    streams = EventStreams(database=resources.database, wakes=wakes, clock=resources.clock, poll_s=0.2)
    async with reading(streams, owner_id) as reader:
        await asyncio.sleep(2.0)  # past the quick looks of the beginning
        await happen(resources, booking_id, 1, "matching", owner_id)
        assert (await reader.next()).type == "matching"
    await wakes.close()
    await nowhere.aclose()


async def test_many_events_come_in_order_and_once(resources: Resources, owner_id: UUID, booking_id: UUID) -> None:
    async with reading(resources.event_streams, owner_id) as reader:
        for version in range(1, 131):
            await happen(resources, booking_id, version, f"fact_{version}", owner_id)
        assert await reader.types(130) == [f"fact_{version}" for version in range(1, 131)]


def test_a_cursor_survives_the_wire() -> None:
    assert Cursor.parse(str(Cursor(7, 12))) == Cursor(7, 12)
