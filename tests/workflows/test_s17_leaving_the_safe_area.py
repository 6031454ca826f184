"""S17: one GPS jump out of the fence is nothing; a real exit is told to the owner once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.booking import BookingEvent
from tests.support.people import LAT, LON
from tests.support.wandering import Wanderer, safe_area, wanderer

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

INSIDE_M, OUTSIDE_M = 100.0, 450.0


async def _out_with_the_dog(world: World) -> tuple[Owner, UUID, Wanderer]:
    """The walker is the second."""
    owner, walker = await world.town.owner(), await world.town.walker()
    await safe_area(world, owner, radius_m=300.0, lat=LAT, lon=LON)
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=5))
    return owner, walker, await wanderer(world, booking_id)


async def _fences_told(world: World, booking_id: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent.type).where(
            BookingEvent.booking_id == booking_id, BookingEvent.type.like("%area")
        )
        return list((await session.scalars(statement.order_by(BookingEvent.version))).all())


async def test_s17_one_jump_is_nothing(world: World) -> None:
    owner, _, phone = await _out_with_the_dog(world)
    since = world.now() - timedelta(seconds=60)
    await phone.send(*phone.stay(since, timedelta(seconds=58), INSIDE_M))
    jump = world.now()
    await phone.send(phone.at(jump, 2_000.0), *phone.stay(jump + timedelta(seconds=2), timedelta(seconds=20), INSIDE_M))
    assert await phone.pass_on() == 0
    assert await _fences_told(world, phone.booking_id) == []
    assert (await world.told(phone.booking_id))[("left_safe_area", owner.id)] == 0


async def test_s17_a_real_exit_is_told_once(world: World) -> None:
    owner, walker, phone = await _out_with_the_dog(world)
    since = world.now() - timedelta(seconds=60)
    leaving = [
        *phone.stay(since, timedelta(seconds=30), INSIDE_M),
        *phone.stay(since + timedelta(seconds=32), timedelta(seconds=28), OUTSIDE_M),
    ]
    await phone.send(*leaving)
    assert (await phone.send(*leaving)).duplicate == len(leaving)
    assert await phone.pass_on() == 1
    assert await phone.pass_on() == 0

    async def is_told() -> bool:
        return await _fences_told(world, phone.booking_id) == ["left_safe_area"]

    await world.eventually(is_told)
    told = await world.told(phone.booking_id)
    assert (told[("left_safe_area", owner.id)], told[("left_safe_area", walker)]) == (1, 0)
    await world.advance(phone.booking_id, timedelta(minutes=1))
    await phone.send(*phone.stay(world.now(), timedelta(seconds=30), INSIDE_M))
    assert await phone.pass_on() == 1

    async def is_back() -> bool:
        return await _fences_told(world, phone.booking_id) == ["left_safe_area", "entered_safe_area"]

    await world.eventually(is_back)
    await world.walk_for(phone.booking_id, timedelta(minutes=24))
    await world.step(phone.booking_id, "finish", walker)
    row = await world.closed(phone.booking_id)
    assert row.outcome == "completed"
    assert (await world.told(phone.booking_id))[("left_safe_area", owner.id)] == 1


async def test_s17_the_same_edge_told_twice_is_noted_once(world: World) -> None:
    """A relay that died after the signal and before it wrote so."""
    from dogwalk.contracts.booking import FenceCrossed
    from dogwalk.domain.fence import FenceKind

    owner, walker, phone = await _out_with_the_dog(world)
    edge = FenceCrossed(
        event_id=f"{phone.booking_id}:1:{owner.home_id}:1",
        assignment_no=1,
        fence_id=owner.home_id,
        kind=FenceKind.SAFE_AREA,
        is_entering=False,
        at=world.now(),
    )
    stale = edge.model_copy(update={"event_id": f"{phone.booking_id}:0:{owner.home_id}:1", "assignment_no": 0})
    for one in (edge, stale, edge):
        await world.running.fence_crossed(phone.booking_id, one)
    await world.step(phone.booking_id, "finish", walker)  # handled after them
    assert await _fences_told(world, phone.booking_id) == ["left_safe_area"]


async def test_s17_an_exit_found_late_is_recorded_and_pushes_nothing(world: World) -> None:
    owner, _, phone = await _out_with_the_dog(world)
    since = world.now()
    await phone.send(*phone.stay(since - timedelta(seconds=20), timedelta(seconds=20), INSIDE_M))
    await world.advance(phone.booking_id, timedelta(minutes=6))
    out = phone.stay(since + timedelta(seconds=60), timedelta(seconds=60), OUTSIDE_M)
    back = phone.stay(since + timedelta(seconds=150), timedelta(seconds=30), INSIDE_M)
    await phone.send(*out, *back)
    assert await phone.pass_on() == 0
    assert (await world.told(phone.booking_id))[("left_safe_area", owner.id)] == 0
    async with world.resources.database.transaction() as session:
        from dogwalk.db.models.tracking import FenceEdge

        found = (await session.scalars(select(FenceEdge).order_by(FenceEdge.n))).all()
    assert [(edge.is_entering, edge.is_late, edge.is_news) for edge in found] == [
        (False, True, False),
        (True, True, False),
    ]
