"""S16: GPS drops out while the dog is out. Heard again, the ladder stops; what comes late counts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import BookingEvent
from tests.support.wandering import Wanderer, wanderer

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

WALK = timedelta(minutes=30)
PACE_MPS = 1.25
EVERY_S = 5
TOLD = {"walk_silent", "walker_texted", "silence_escalated", "heard_again"}


async def _out_with_the_dog(world: World) -> tuple[Owner, UUID, Wanderer]:
    """The walker is the second."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    return owner, walker, await wanderer(world, booking_id)


async def _walk_on(phone: Wanderer, started_at: datetime, first: datetime, last: datetime) -> None:
    """Positions of that span, of a walk straight out and back, in one batch."""
    times = [first + timedelta(seconds=n) for n in range(0, int((last - first).total_seconds()) + 1, EVERY_S)]
    half_s = WALK.total_seconds() / 2
    points = [phone.at(at, PACE_MPS * (half_s - abs(half_s - (at - started_at).total_seconds()))) for at in times]
    await phone.send(*points)


async def _events(world: World, booking_id: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent.type).where(BookingEvent.booking_id == booking_id, BookingEvent.type.in_(TOLD))
        return list((await session.scalars(statement.order_by(BookingEvent.version))).all())


async def _told(world: World, booking_id: UUID) -> Counter[str]:
    kinds = {"silent_push", "silent_sms", "walk_silent", "heard_again"}
    return Counter(kind for kind, _ in await world.told(booking_id) if kind in kinds)


async def _becomes(world: World, booking_id: UUID, *events: str) -> None:
    async def has() -> bool:
        return await _events(world, booking_id) == list(events)

    await world.eventually(has)


async def test_s16_twelve_minutes_silent_then_a_late_batch(world: World) -> None:
    _, walker, phone = await _out_with_the_dog(world)
    booking_id, started_at = phone.booking_id, world.now()
    await world.wait(booking_id, timedelta(minutes=8))
    await _walk_on(phone, started_at, started_at, world.now())
    for _ in range(12):
        await world.advance(booking_id, timedelta(minutes=1))
    await _becomes(world, booking_id, "walk_silent")
    await _walk_on(phone, started_at, started_at + timedelta(minutes=8, seconds=EVERY_S), world.now())
    await world.sweep()
    await _becomes(world, booking_id, "walk_silent", "heard_again")
    for _ in range(5):
        before = world.now()
        await world.wait(booking_id, timedelta(minutes=2))
        await _walk_on(phone, started_at, before, world.now())
        await world.sweep()
    await world.step(booking_id, "finish", walker)
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert row.summary["distance_m"] == pytest.approx(WALK.total_seconds() * PACE_MPS, rel=0.03)
    assert (row.summary["verdict"], row.summary["reasons"]) == ("served", [])
    assert row.outcome == "completed"
    assert await _events(world, booking_id) == ["walk_silent", "heard_again"]
    assert await _told(world, booking_id) == {"silent_push": 1}


async def test_s16_who_stays_silent_is_texted_then_called_and_the_owner_hears_of_it(world: World) -> None:
    owner, walker, phone = await _out_with_the_dog(world)
    booking_id, started_at = phone.booking_id, world.now()
    for _ in range(21):
        await world.advance(booking_id, timedelta(minutes=1))
    await _becomes(world, booking_id, "walk_silent", "walker_texted", "silence_escalated")
    told = await world.told(booking_id)
    assert [told[("silent_push", walker)], told[("silent_sms", walker)], told[("walk_silent", owner.id)]] == [1, 1, 1]
    assert await world.tasks(booking_id) == {"call_walker": "open"}
    await _walk_on(phone, started_at, started_at, world.now())
    await world.sweep()
    await _becomes(world, booking_id, "walk_silent", "walker_texted", "silence_escalated", "heard_again")
    assert (await world.told(booking_id))[("heard_again", owner.id)] == 1
    assert await world.tasks(booking_id) == {"call_walker": "resolved"}
    for _ in range(11):  # and once more
        await world.advance(booking_id, timedelta(minutes=1))
    await _becomes(world, booking_id, "walk_silent", "walker_texted", "silence_escalated", "heard_again", "walk_silent")


async def test_s16_heard_again_before_anybody_was_told_is_nothing(world: World) -> None:
    """The sweep's word waited for a worker while the phone came back."""
    from dogwalk.contracts.booking import RungReached
    from dogwalk.domain.ladder import Rung

    _, walker, phone = await _out_with_the_dog(world)
    booking_id, started_at = phone.booking_id, world.now()
    await world.wait(booking_id, timedelta(minutes=11))
    await _walk_on(phone, started_at, started_at, world.now())
    for rung in (Rung.SILENT, Rung.SILENT_SMS, Rung.HEARD_AGAIN):
        reached = RungReached(
            event_id=f"{booking_id}:1:{rung}", rung=rung, assignment_no=1, due_at=started_at + timedelta(minutes=10)
        )
        await world.running.rung_reached(booking_id, reached)
    await world.step(booking_id, "finish", walker)  # handled after them
    assert await _events(world, booking_id) == []
