"""Nobody is asked twice a round, who declined or withdrew is never asked again, and nobody is woken for a walk more than a
day ahead.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dogwalk.contracts.booking import DeclineOffer, Withdraw
from dogwalk.contracts.support import SupportCommand
from dogwalk.db.models.booking import Offer
from dogwalk.db.repositories.relation import lock_for_block
from dogwalk.domain.local_time import wakes_at
from tests.support.people import zone_where_it_is

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from tests.support.world import World

SOON = timedelta(hours=5)
DAYS_AHEAD = timedelta(hours=70)
UNTIL_IT_IS_SENT_S = 1.0


async def test_nobody_is_rung_twice_in_a_round_however_many_waves_it_has(world: World) -> None:
    walkers = [await world.town.walker(distance_m=100.0 + place) for place in range(7)]
    booking_id = await world.book(await world.town.owner(), starts_in=SOON, preferred_walker_ids=walkers[:2])
    await _asked(world, booking_id, walkers[:2])
    for _ in range(6):
        await world.wait(booking_id, timedelta(minutes=2))
        await asyncio.sleep(0.5)
    await _asked(world, booking_id, walkers)
    assert await _rings(world, booking_id) == Counter(dict.fromkeys(walkers, 1))


async def test_a_direct_request_above_the_card_reaches_her_who_asks_for_it_and_nobody_else(world: World) -> None:
    dear, _ = await world.town.walker(min_rates={"walk_30": 3000}), await world.town.walker()
    hers = {"walker_id": dear, "own_rate": 3000}
    booking_id = await world.book(await world.town.owner(), starts_in=SOON, quote=hers)
    await _asked(world, booking_id, [dear])
    await world.accept(booking_id, dear)
    assert [(offer.walker_id, offer.earns) for offer in await _offers(world, booking_id)] == [(dear, 2400)]


async def test_the_next_round_asks_who_let_it_lapse_and_never_who_declined_or_withdrew(world: World) -> None:
    declines, lapses, withdraws = [await world.town.walker(distance_m=100.0 * place) for place in (1, 2, 3)]
    booking_id = await world.book(await world.town.owner(), starts_in=SOON)
    await _asked(world, booking_id, [declines, lapses, withdraws])
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=declines))
    await world.accept(booking_id, withdraws)
    await world.command(booking_id, "withdraw", Withdraw(walker_id=withdraws))
    await _asked(world, booking_id, [lapses], round_=2)
    await world.wait(booking_id, timedelta(minutes=20))
    assert await _rings(world, booking_id) == {declines: 1, lapses: 2, withdraws: 1}
    assert {offer.walker_id for offer in await _offers(world, booking_id) if offer.round > 1} == {lapses}


async def test_a_no_that_comes_too_late_is_a_no_all_the_same(world: World) -> None:
    late, withdraws = await world.town.walker(), await world.town.walker(distance_m=200.0)
    booking_id = await world.book(await world.town.owner(), starts_in=SOON)
    await _asked(world, booking_id, [late, withdraws])
    await world.accept(booking_id, withdraws)
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=late, reason="away"))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=withdraws))
    await world.wait(booking_id, timedelta(minutes=20))
    assert await _rings(world, booking_id) == {late: 1, withdraws: 1}


async def test_who_accepts_before_her_second_wave_is_known_has_the_walk(world: World) -> None:
    """What she was asked in the round before says nothing of the offer that has reached her now. The wave waits for longer
    than a local activity may: it is opened by a regular one, which replays.
    """
    owner, stays, withdraws = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=SOON)
    await _asked(world, booking_id, [stays, withdraws])
    await world.accept(booking_id, withdraws)
    async with world.resources.database.transaction() as session:
        await lock_for_block(session, owner.id, owner.id)  # the wave waits for it
        await world.command(booking_id, "withdraw", Withdraw(walker_id=withdraws))
        accepting = asyncio.create_task(world.accept(booking_id, stays))
        await asyncio.sleep(UNTIL_IT_IS_SENT_S)
    assert (await accepting).walker_id == stays


async def test_who_declined_is_not_asked_to_stand_by_either(world: World) -> None:
    declines, comes_late, stands_by = [await world.town.walker(distance_m=100.0 * place) for place in (1, 2, 3)]
    booking_id = await world.book(await world.town.owner(), starts_in=SOON)
    await _asked(world, booking_id, [declines, comes_late, stands_by])
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=declines))
    await world.accept(booking_id, comes_late)
    await world.advance(booking_id, SOON + timedelta(minutes=11))
    await _asked(world, booking_id, [stands_by], round_=2)
    assert {offer.walker_id for offer in await _offers(world, booking_id) if offer.round > 1} == {stands_by}


async def test_a_wave_at_night_asks_those_for_whom_it_is_day(world: World) -> None:
    asleep = await _sleeper(world, distance_m=100.0)
    awake = await world.town.walker(distance_m=3000.0)
    booking_id = await world.book(await world.town.owner(), starts_in=DAYS_AHEAD)
    await _asked(world, booking_id, [awake])
    assert await _rings(world, booking_id) == {awake: 1}
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=awake))
    await world.wait(booking_id, timedelta(hours=3))
    assert await _rings(world, booking_id) == {awake: 1}, "five in the morning there"
    await world.wait(booking_id, timedelta(hours=2, minutes=1))
    await _asked(world, booking_id, [asleep])


async def test_a_rescue_wakes_nobody_either(world: World) -> None:
    awake = [await world.town.walker(distance_m=100.0 + place) for place in range(5)]
    booking_id = await world.book(await world.town.owner(), starts_in=DAYS_AHEAD)
    asleep = await _sleeper(world)
    for wave in (awake[:3], awake[3:]):
        await _asked(world, booking_id, wave, anybody=True)
        for walker in await _open(world, booking_id):
            await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker))
    await world.wait(booking_id, timedelta(hours=3))
    assert asleep not in await _rings(world, booking_id)
    await world.wait(booking_id, timedelta(hours=2, minutes=1))
    await _asked(world, booking_id, [asleep])
    [rescued] = [offer for offer in await _offers(world, booking_id) if offer.walker_id == asleep]
    assert rescued.bonus == 400


async def test_for_a_walk_within_a_day_she_is_asked_at_night(world: World) -> None:
    asleep = await _sleeper(world)
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(hours=20))
    await _asked(world, booking_id, [asleep])


async def test_a_night_waited_for_brings_the_walk_within_a_day_and_answers_are_wanted_sooner(world: World) -> None:
    walkers = [await _sleeper(world, distance_m=100.0 + place) for place in range(4)]
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(hours=26))
    await world.status(booking_id, "matching")
    hours = (world.town.policy.offers.day_from_hour, world.town.policy.offers.day_to_hour)
    morning = wakes_at(zone_where_it_is(2, world.now()), hours, after=world.now())
    await world.wait(booking_id, morning - world.now() + timedelta(seconds=5))
    first = await _open(world, booking_id)
    assert len(first) == 3
    wave_s = world.town.policy.offers.wave_s
    assert {(one.expires_at - one.created_at).total_seconds() for one in await _offers(world, booking_id)} == {wave_s}
    for walker in first:
        await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker))
    [left] = set(walkers) - set(first)
    await _asked(world, booking_id, [left])
    [offer] = [one for one in await _offers(world, booking_id) if one.walker_id == left]
    assert (offer.expires_at - offer.created_at).total_seconds() == wave_s


async def test_a_hold_that_outlasts_the_time_to_ask_rings_nobody_afterwards(world: World) -> None:
    asked = await world.town.walker()
    booking_id = await world.book(await world.town.owner(), starts_in=SOON)
    await _asked(world, booking_id, [asked])
    await world.command(booking_id, "hold", SupportCommand(reason="a call came in"))
    await world.town.walker()
    await world.wait(booking_id, SOON - timedelta(minutes=50))
    await world.command(booking_id, "release", SupportCommand(reason="nothing in it"))
    assert (await world.closed(booking_id)).outcome == "unfulfilled"
    assert await _rings(world, booking_id) == {asked: 1}


async def _sleeper(world: World, **fields: Any) -> UUID:
    """Where she lives it is two in the morning."""
    return await world.town.walker(time_zone=zone_where_it_is(2, world.now()), **fields)


async def _asked(
    world: World, booking_id: UUID, walkers: Sequence[UUID], *, round_: int = 1, anybody: bool = False
) -> None:
    """Waits until they were; `anybody`: until as many are, whoever they are."""

    async def asked() -> bool:
        found = {offer.walker_id for offer in await _offers(world, booking_id) if offer.round == round_}
        return len(await _open(world, booking_id)) == len(walkers) if anybody else set(walkers) <= found

    await world.eventually(asked)


async def _open(world: World, booking_id: UUID) -> Collection[UUID]:
    async def some() -> set[UUID]:
        return {offer.walker_id for offer in await _offers(world, booking_id) if offer.status == "open"}

    found: set[UUID] = await world.eventually(some)
    return found


async def _offers(world: World, booking_id: UUID) -> Sequence[Offer]:
    async with world.resources.database.transaction() as session:
        return (await session.scalars(select(Offer).where(Offer.booking_id == booking_id))).all()


async def _rings(world: World, booking_id: UUID) -> Counter[UUID]:
    """How often each was asked, however many channels it took."""
    asked = {(one.person_id, one.batch) for one in await world.outbox(booking_id) if one.kind == "offer_made"}
    return Counter(person_id for person_id, _ in asked)
