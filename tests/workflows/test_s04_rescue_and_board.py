"""S04: offers ignored, declined, rescued, on the open board: the next at once on a decline, the bonus at the platform's
cost.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.contracts.booking import DeclineOffer
from dogwalk.db.models.booking import Offer
from tests.support.people import zone_where_it_is

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World

BONUS = 400  # 20 % of the walker's 20.00


async def _offers(world: World, booking_id: UUID) -> dict[UUID, Offer]:
    async with world.resources.database.transaction() as session:
        found = await session.scalars(select(Offer).where(Offer.booking_id == booking_id, Offer.status == "open"))
        return {offer.walker_id: offer for offer in found}


async def _open(world: World, booking_id: UUID, wave: int) -> dict[UUID, Offer]:
    async def reached() -> dict[UUID, Offer]:
        return {who: offer for who, offer in (await _offers(world, booking_id)).items() if offer.wave == wave}

    found: dict[UUID, Offer] = await world.eventually(reached)
    return found


async def test_s04_a_decline_brings_the_next_at_once(world: World) -> None:
    owner = await world.town.owner()
    for place in range(6):
        await world.town.walker(distance_m=100.0 + place)
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    first = await _open(world, booking_id, 1)
    assert len(first) == 3
    for walker_id in first:
        await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker_id))
    second = await _open(world, booking_id, 2)
    assert len(second) == 3
    assert not set(first) & set(second)
    assert all(offer.bonus == 0 for offer in second.values())


async def test_s04_after_five_declines_more_are_asked_with_a_bonus_the_platform_pays(world: World) -> None:
    owner = await world.town.owner()
    await world.control.add_balance(10_000)
    for place in range(8):
        await world.town.walker(distance_m=100.0 + place)
    far = await world.town.walker(distance_m=6000.0)  # outside her radius of 5 km, inside the rescue's
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    for wave in (1, 2):
        for walker_id in await _open(world, booking_id, wave):
            await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker_id))
    rescue = await _open(world, booking_id, 3)
    assert far in rescue
    assert {offer.bonus for offer in rescue.values()} == {BONUS}
    await world.accept(booking_id, far)
    await world.walk(booking_id, far)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    balances = await world.balances(booking_id)
    assert (balances["platform_cost"], balances["platform_revenue"]) == (BONUS, -775)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert sorted(transfer.amount for transfer in transfers) == [BONUS, 2000]


async def test_s04_who_let_it_lapse_may_take_it_from_the_board(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _open(world, booking_id, 1)
    await world.advance(booking_id, timedelta(seconds=95))

    async def on_the_board() -> bool:
        offer = (await _offers(world, booking_id)).get(walker)
        return offer is not None and offer.wave > 1

    await world.eventually(on_the_board)
    told = await world.told(booking_id)
    assert told[("offer_made", walker)] == 1, "nobody is rung for the board"
    assert (await world.accept(booking_id, walker)).walker_id == walker


async def test_s04_nobody_is_woken_for_a_walk_days_ahead(world: World) -> None:
    """The walker lives where it is night now; she is asked in her morning."""
    owner = await world.town.owner()
    walker = await world.town.walker(time_zone=zone_where_it_is(2, world.now()))
    booking_id = await world.book(owner, starts_in=timedelta(hours=70))
    await world.status(booking_id, "matching")
    assert await _offers(world, booking_id) == {}
    await world.advance(booking_id, timedelta(hours=5, minutes=30))

    async def asked() -> bool:
        return walker in await _offers(world, booking_id)

    await world.eventually(asked)
