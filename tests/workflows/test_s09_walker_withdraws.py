"""S09: the walker withdraws: another is found; only under 24 h is it a late cancel on her record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.contracts.booking import Withdraw
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World


async def _assigned(world: World, starts_in: timedelta) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def _record(world: World, walker_id: UUID) -> Walker:
    async with world.resources.database.transaction() as session:
        return await session.get_one(Walker, walker_id)


async def _asked(world: World, booking_id: UUID, walker_id: UUID) -> Offer:
    async def offered() -> Offer | None:
        async with world.resources.database.transaction() as session:
            statement = select(Offer).where(
                Offer.booking_id == booking_id, Offer.walker_id == walker_id, Offer.status == "open"
            )
            return await session.scalar(statement)

    offer: Offer = await world.eventually(offered)
    return offer


async def test_s09_days_before_another_is_found_and_nothing_stands_on_her_record(world: World) -> None:
    booking_id, owner, first = await _assigned(world, timedelta(hours=60))
    second = await world.town.walker()
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first, reason="ill"))
    await _asked(world, booking_id, second)
    assert (await _record(world, first)).late_cancels == 0
    assert (await world.told(booking_id))[("walker_withdrew", owner.id)] == 1
    assert await world.refused(booking_id, "withdraw", Withdraw(walker_id=first)) == "not_found"
    await world.accept(booking_id, second)
    await world.walk(booking_id, second)
    row = await world.closed(booking_id)
    assert (row.outcome, row.walker_id, row.assignment_no) == ("completed", second, 2)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [2000]
    assert await world.chapters(booking_id) == ["finding walker 1", "finding walker 2", "settling"]


async def test_s09_minutes_before_it_goes_fast_and_stands_on_her_record(world: World) -> None:
    booking_id, _, first = await _assigned(world, timedelta(hours=5))
    second = await world.town.walker()
    await world.advance(booking_id, timedelta(hours=4, minutes=20))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first, reason="bike broken"))
    offer = await _asked(world, booking_id, second)
    assert (offer.expires_at - offer.created_at).total_seconds() == world.town.policy.offers.wave_asap_s
    record = await _record(world, first)
    assert (record.late_cancels, record.blocked_until) == (1, None)
    await world.advance(booking_id, timedelta(minutes=50))
    await world.accept(booking_id, second)
    assert (await world.row(booking_id)).walker_id == second


async def test_s09_when_nobody_else_can_it_ends_15_minutes_after_the_start(world: World) -> None:
    booking_id, owner, walker = await _assigned(world, timedelta(hours=5))
    await world.advance(booking_id, timedelta(hours=4, minutes=20))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_walker", "released")
    assert (await world.told(booking_id))[("unfulfilled", owner.id)] == 1


async def test_s09_the_second_late_cancel_in_a_month_blocks_for_a_day(world: World) -> None:
    booking_id, _, walker = await _assigned(world, timedelta(hours=5))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    other = await world.book(await world.town.owner(), starts_in=timedelta(hours=8))
    await world.status(other, "matching")
    await world.accept(other, walker)
    await world.command(other, "withdraw", Withdraw(walker_id=walker))
    record = await _record(world, walker)
    assert record.late_cancels == 2
    assert record.blocked_until is not None
    assert timedelta(hours=23) < record.blocked_until - world.now() <= timedelta(hours=24)
    told = [(await world.told(one))[("requests_blocked", walker)] for one in (booking_id, other)]
    assert told == [0, 1]
