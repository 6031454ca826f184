"""S14: the walker forgets to finish. Five minutes past the end it is noted, after fifteen the owner is told, after an hour
the system finishes the walk as of when it was last heard of. Overrun costs nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.booking import BookingEvent
from tests.support.photos import send_photo
from tests.support.trouble import Meanwhile
from tests.support.world import World, open_world
from workflows.steps.record import NEEDS_ATTENTION

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.database import Template
    from tests.support.people import Owner


async def out_with_the_dog(world: World) -> tuple[Owner, UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    return owner, walker, booking_id


async def calls_for_help(world: World, booking_id: UUID) -> list[str | None]:
    """What its row and its search attribute say."""
    found = (await world.handles[booking_id].describe()).typed_search_attributes
    return [(await world.row(booking_id)).needs_attention, found.get(NEEDS_ATTENTION)]


async def happened(world: World, booking_id: UUID, kind: str) -> int:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent.seq).where(BookingEvent.booking_id == booking_id, BookingEvent.type == kind)
        return len((await session.scalars(statement)).all())


async def test_s14_a_forgotten_walk_is_finished_by_the_system(world: World) -> None:
    owner, walker, booking_id = await out_with_the_dog(world)
    await world.walk_for(booking_id, timedelta(minutes=30))
    home_again_at = world.now()
    await world.advance(booking_id, timedelta(minutes=6))
    await world.eventually(lambda: happened(world, booking_id, "overrun"))
    assert ("walk_overrun", owner.id) not in await world.told(booking_id)
    await world.advance(booking_id, timedelta(minutes=10))
    await world.eventually(lambda: happened(world, booking_id, "walk_overrun"))
    await world.advance(booking_id, timedelta(minutes=45))
    row = await world.status(booking_id, "completed")
    assert row.finished_at is not None
    assert abs(row.finished_at - home_again_at) < timedelta(seconds=5)
    assert (await world.step(booking_id, "finish", walker)).outcome == "completed"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert row.summary is not None
    assert row.summary["verdict"] == "served"
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [one.amount for one in transfers] == [2000]
    told = await world.told(booking_id)
    assert told[("walk_overrun", owner.id)] == told[("walk_finished", owner.id)] == 1
    assert told[("walk_ended_for_you", walker)] == 1


async def test_s14_a_walk_that_was_never_heard_of_ends_with_its_booked_time(world: World) -> None:
    """And the positions that come later say when it was really over."""
    _, _, booking_id = await out_with_the_dog(world)
    started_at = (await world.row(booking_id)).started_at
    assert started_at is not None
    await world.advance(booking_id, timedelta(minutes=91))
    row = await world.status(booking_id, "completed")
    assert row.finished_at == started_at + timedelta(minutes=30)
    assert (row.summary or {})["verdict"] == "inconclusive"
    home_again_at = started_at + timedelta(minutes=38)
    await world.send_late(booking_id, first=started_at, last=home_again_at)

    async def is_dated_later() -> bool:
        return (await world.row(booking_id)).finished_at == home_again_at

    await world.eventually(is_dated_later)
    row = await world.closed(booking_id)
    assert (row.summary or {})["verdict"] == "served"
    assert row.payment_status == "captured"


async def test_s14_a_photo_is_the_last_that_was_heard_of_it(world: World) -> None:
    """By our clock, whatever a camera says."""
    _, walker, booking_id = await out_with_the_dog(world)
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.advance(booking_id, timedelta(minutes=7))
    await send_photo(world.resources, booking_id, walker)
    sent_at = world.now()
    await world.advance(booking_id, timedelta(minutes=54))
    row = await world.status(booking_id, "completed")
    assert row.finished_at is not None
    assert abs(row.finished_at - sent_at) < timedelta(seconds=5)
    assert (await world.closed(booking_id)).payment_status == "captured"


async def test_s14_a_walk_finished_late_by_its_walker_is_no_dearer(world: World) -> None:
    owner, walker, booking_id = await out_with_the_dog(world)
    await world.walk_for(booking_id, timedelta(minutes=50))
    await world.step(booking_id, "finish", walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [2775]
    assert (await world.told(booking_id))[("walk_overrun", owner.id)] == 1
    assert ("walk_ended_for_you", walker) not in await world.told(booking_id)


async def test_s14_who_was_called_for_is_needed_no_more_once_the_walk_is_over(world: World) -> None:
    """Arrived and never heard of: 90 min past the end a person must look. Then somebody presses Cancel in the UI."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=3))
    await world.step(booking_id, "arrive", walker, at=(await world.row(booking_id)).starts_at)
    await world.advance(booking_id, timedelta(minutes=121))
    await world.eventually(lambda: _says(world, booking_id, "overdue"))
    await world.step(booking_id, "start", walker)
    await world.handles[booking_id].cancel()
    await world.eventually(lambda: _says(world, booking_id, "cancel_requested"))
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)
    await world.eventually(lambda: _says(world, booking_id, None))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")


async def test_s14_a_walk_finished_in_the_moment_of_the_net_needs_nobody(
    stack_environment: dict[str, str], template: Template
) -> None:
    meanwhile = Meanwhile("walk.finish")
    async with open_world(stack_environment, template, interceptors=[meanwhile]) as world:
        _, walker, booking_id = await out_with_the_dog(world)
        await world.wait(booking_id, timedelta(minutes=119, seconds=58))
        meanwhile.happens = lambda: world.wait(booking_id, timedelta(seconds=3))
        await world.step(booking_id, "finish", walker)
        await world.eventually(lambda: captured(world, booking_id))
        assert await calls_for_help(world, booking_id) == [None, None]


async def captured(world: World, booking_id: UUID) -> bool:
    return (await world.state(booking_id)).payment_status == "captured"


async def _says(world: World, booking_id: UUID, reason: str | None) -> bool:
    return await calls_for_help(world, booking_id) == [reason, reason]
