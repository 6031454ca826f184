"""S05: a preferred walker is asked alone and first; when she is busy or declines, the next wave follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import DeclineOffer

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World


async def _asked(world: World, booking_id: UUID) -> set[UUID]:
    return {person_id for kind, person_id in await world.told(booking_id) if kind == "offer_made"}


async def test_s05_accepts_in_her_time_and_nobody_else_was_asked(world: World) -> None:
    owner, preferred = await world.town.owner(), await world.town.walker(distance_m=3000.0)
    await world.town.walker(distance_m=100.0)
    booking_id = await world.book(owner, starts_in=timedelta(hours=5), preferred_walker_ids=[preferred])
    await world.status(booking_id, "matching")
    await world.accept(booking_id, preferred)
    await world.walk(booking_id, preferred)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.walker_id) == ("completed", "captured", preferred)
    assert await _asked(world, booking_id) == {preferred}


async def test_s05_declines_and_the_next_wave_comes_at_once(world: World) -> None:
    owner, preferred = await world.town.owner(), await world.town.walker(distance_m=3000.0)
    other = await world.town.walker(distance_m=100.0)
    booking_id = await world.book(owner, starts_in=timedelta(hours=5), preferred_walker_ids=[preferred])
    await world.status(booking_id, "matching")
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=preferred, reason="away"))

    async def asked_both() -> bool:
        return await _asked(world, booking_id) == {preferred, other}

    await world.eventually(asked_both)
    await world.accept(booking_id, other)
    await world.walk(booking_id, other)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.walker_id) == ("completed", "captured", other)
    told = await world.told(booking_id)
    assert [told[("offer_made", preferred)], told[("offer_made", other)], told[("payout_sent", other)]] == [1, 1, 1]


async def test_s05_is_busy_and_the_next_wave_comes_at_once(world: World) -> None:
    owner, preferred = await world.town.owner(), await world.town.walker()
    first = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(first, "matching")
    await world.accept(first, preferred)
    other = await world.town.walker(distance_m=100.0)
    second = await world.book(await world.town.owner(), starts_in=timedelta(hours=5), preferred_walker_ids=[preferred])

    async def other_asked() -> bool:
        return await _asked(world, second) == {other}

    await world.eventually(other_asked)
