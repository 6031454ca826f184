"""Two people of whom one has blocked the other get no walk together, whatever else happens in the same instant."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text, update

from dogwalk.contracts.booking import BookingState, Change, ClaimRequest, OpenWaveRequest
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import calendar
from dogwalk.db.repositories import relation as relations
from dogwalk.domain.role import Role
from dogwalk.errors import Conflict
from dogwalk.services.booking.assignment import Assignments
from dogwalk.services.booking.matching import Matching
from dogwalk.services.relation import Relations
from dogwalk.services.tracking.walk import WalkRecorder

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

    from tests.support.api import Api
    from tests.support.people import Owner
    from tests.support.world import World

PAIRS = 6


async def test_a_block_and_an_accept_in_the_same_instant_have_one_order(world: World, desk: Api) -> None:
    """Either the accept came first, and the block names the walk that stays; or the block, and the accept is refused."""
    owner = await world.town.owner()
    headers = desk.signed_in(owner.id, Role.OWNER).headers
    for place in range(PAIRS):
        walker = await world.town.walker()
        booking_id = await _asked(world, owner, walker, starts_in=timedelta(hours=5 + 2 * place))
        taken, answer = await asyncio.gather(
            world.accept(booking_id, walker),
            desk.http.put(f"/v1/walkers/{walker}/block", headers=headers),
            return_exceptions=True,
        )
        assert answer.status_code == 200, answer.text
        if isinstance(taken, BookingState):
            assert answer.json() == {"still_agreed": [str(booking_id)]}
        else:
            assert isinstance(taken, Conflict)
            assert taken.code == "offer_withdrawn"
            assert answer.json() == {"still_agreed": []}
            assert await _holder(world, booking_id) is None


async def test_an_accept_waits_for_a_block_that_is_being_made(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    async with world.resources.database.transaction() as session:
        await relations.lock_for_block(session, owner.id, walker)
        await relations.add_block(session, walker, owner.id, at=world.now())
        claim = asyncio.create_task(_assignments(world).claim(_claim(world, booking_id, walker)))
        await _until_somebody_waits(world)
    assert (await claim).refusal == "offer_withdrawn"
    assert await _holder(world, booking_id) is None
    assert await _offer_status(world, booking_id, walker) == "withdrawn"


async def test_a_wave_waits_for_a_block_that_is_being_made(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker(distance_m=6000.0)
    nearer = await world.town.walker()
    booking_id = await _asked(world, owner, nearer)
    async with world.resources.database.transaction() as session:
        await relations.lock_for_block(session, owner.id, walker)
        await relations.add_block(session, owner.id, walker, at=world.now())
        wave = asyncio.create_task(Matching(database=world.resources.database).open_wave(_wave(world, booking_id)))
        await _until_somebody_waits(world)
    assert walker not in (await wave).walker_ids
    assert await _offer_status(world, booking_id, walker) is None


@pytest.mark.parametrize("blocker", ["owner", "walker"])
async def test_a_lapsed_offer_does_not_come_back_on_the_board_after_a_block(world: World, blocker: str) -> None:
    owner, walker, other = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    async with world.resources.database.transaction() as session:
        await session.execute(update(Offer).values(status="expired"))
        pair = (owner.id, walker) if blocker == "owner" else (walker, owner.id)
        await relations.add_block(session, *pair, at=world.now())
    opened = await Matching(database=world.resources.database).open_wave(_wave(world, booking_id, board=True))
    assert opened.walker_ids == [other]
    assert await _offer_status(world, booking_id, walker) == "expired"


async def test_an_offer_that_was_taken_back_is_refused_with_a_code_of_its_own(world: World, desk: Api) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    await _relations(world).block_walker(owner.id, walker, at=world.now())
    assert (await _refused(world.accept(booking_id, walker))) == "offer_withdrawn"
    async with world.resources.database.transaction() as session:
        offer_id = await session.scalar(select(Offer.id).where(Offer.booking_id == booking_id))
    headers = desk.signed_in(walker, Role.WALKER).headers | {"Idempotency-Key": "take-it-anyway"}
    answer = await desk.http.post(f"/v1/offers/{offer_id}/accept", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_withdrawn")


async def test_who_was_suspended_since_she_was_asked_does_not_get_the_walk(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    async with world.resources.database.transaction() as session:
        await session.execute(update(Walker).where(Walker.person_id == walker).values(suspended_at=world.now()))
    assert (await _refused(world.accept(booking_id, walker))) == "offer_withdrawn"
    assert await _holder(world, booking_id) is None


async def test_a_stand_by_blocked_since_she_was_asked_takes_nothing_over(world: World) -> None:
    owner, late, stands_by = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await _asked(world, owner, late)
    await world.accept(booking_id, late)
    await world.advance(booking_id, timedelta(hours=5, minutes=11))

    async def asked() -> bool:
        async with world.resources.database.transaction() as session:
            hers = (Offer.booking_id == booking_id, Offer.walker_id == stands_by, Offer.round == 2)
            return await session.scalar(select(Offer.status).where(*hers)) == "open"

    await world.eventually(asked)
    await _relations(world).block_walker(owner.id, stands_by, at=world.now())
    assert (await _refused(world.accept(booking_id, stands_by))) == "offer_withdrawn"
    assert await _holder(world, booking_id) == late


async def test_a_walk_agreed_on_stays_and_both_sides_are_told_so(world: World, desk: Api) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    await world.accept(booking_id, walker)
    hers = desk.signed_in(walker, Role.WALKER)
    answer = await desk.http.put(f"/v1/bookings/{booking_id}/block-owner", headers=hers.headers)
    assert answer.json() == {"still_agreed": [str(booking_id)]}
    assert await _holder(world, booking_id) == walker
    theirs = desk.signed_in(owner.id, Role.OWNER)
    answer = await desk.http.put(f"/v1/walkers/{walker}/block", headers=theirs.headers)
    assert answer.json() == {"still_agreed": [str(booking_id)]}


async def test_a_blocked_walker_is_neither_preferred_nor_asked_directly(world: World) -> None:
    owner, preferred, other = await world.town.owner(), await world.town.walker(), await world.town.walker()
    await _relations(world).block_walker(owner.id, preferred, at=world.now())
    booking_id = await _asked(world, owner, other, preferred_walker_ids=[preferred])
    assert await _offer_status(world, booking_id, preferred) is None


async def test_a_block_on_the_only_one_asked_brings_the_next_at_once(world: World, desk: Api) -> None:
    """Long before her offer would have lapsed."""
    owner, preferred, other = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await _asked(world, owner, preferred, starts_in=timedelta(hours=30), preferred_walker_ids=[preferred])
    asked_at = world.now()
    headers = desk.signed_in(owner.id, Role.OWNER).headers
    assert (await desk.http.put(f"/v1/walkers/{preferred}/block", headers=headers)).status_code == 200

    async def is_next() -> bool:
        return await _offer_status(world, booking_id, other) == "open"

    await world.eventually(is_next)
    assert world.now() - asked_at < timedelta(minutes=5)
    assert (await _refused(world.accept(booking_id, preferred))) == "offer_withdrawn"
    assert (await world.accept(booking_id, other)).walker_id == other


async def test_a_block_takes_back_offers_in_both_directions(world: World) -> None:
    """Two neighbours who own dogs and walk each other's."""
    ann, bob = await world.town.owner(), await world.town.owner()
    for one in (ann, bob):
        async with world.resources.database.transaction() as session:
            given = {"verified_at": world.now(), "two_factor_on": True, "created_at": world.now()}
            session.add(Walker(person_id=one.id, home_lat=0.0, home_lon=0.0, time_zone="UTC", **given))
    grace = await world.town.walker()
    bookings = {one.id: await _asked(world, one, grace) for one in (ann, bob)}
    for owner_id, walker_id in ((ann.id, bob.id), (bob.id, ann.id)):
        async with world.resources.database.transaction() as session:
            session.add(_offer_like(world, bookings[owner_id], walker_id))
    await _relations(world).block_walker(ann.id, bob.id, at=world.now())
    assert await _offer_status(world, bookings[ann.id], bob.id) == "withdrawn"
    assert await _offer_status(world, bookings[bob.id], ann.id) == "withdrawn"


async def _asked(world: World, owner: Owner, walker: UUID, **fields: Any) -> UUID:
    """A booking for which this walker has an offer."""
    booking_id = await world.book(owner, **{"starts_in": timedelta(hours=5), **fields})

    async def asked() -> bool:
        return await _offer_status(world, booking_id, walker) == "open"

    await world.eventually(asked)
    return booking_id


async def _refused(command: Awaitable[BookingState]) -> str:
    with pytest.raises(Conflict) as caught:
        await command
    return caught.value.code


def _claim(world: World, booking_id: UUID, walker: UUID) -> ClaimRequest:
    change = Change(booking_id=booking_id, version=900, at=world.now(), actor="walker")
    return ClaimRequest(change=change, round=1, assignment_no=1, walker_id=walker)


def _wave(world: World, booking_id: UUID, *, board: bool = False) -> OpenWaveRequest:
    return OpenWaveRequest(
        change=Change(booking_id=booking_id, version=900, at=world.now()),
        round=1,
        wave=9,
        size=10,
        radius_percent=150,
        expires_at=world.now() + timedelta(hours=1),
        board=board,
    )


async def _until_somebody_waits(world: World) -> None:
    async def waits() -> bool:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with world.resources.database.transaction() as session:
            return bool(await session.scalar(text(waiting)))

    await world.eventually(waits)


async def _holder(world: World, booking_id: UUID) -> UUID | None:
    async with world.resources.database.transaction() as session:
        assigned = await calendar.live_assignment(session, booking_id)
        return assigned.walker_id if assigned else None


async def _offer_status(world: World, booking_id: UUID, walker: UUID) -> str | None:
    async with world.resources.database.transaction() as session:
        hers = (Offer.booking_id == booking_id, Offer.walker_id == walker)
        return await session.scalar(select(Offer.status).where(*hers))


def _offer_like(world: World, booking_id: UUID, walker: UUID) -> Offer:
    at = world.now()
    given = {"earns": 2000, "currency": "usd", "distance_m": 100, "rank": 0, "score": {}}
    times = {"expires_at": at + timedelta(hours=1), "created_at": at}
    return Offer(id=uuid7(), booking_id=booking_id, walker_id=walker, round=1, wave=1, **given, **times)


def _assignments(world: World) -> Assignments:
    return Assignments(database=world.resources.database, walks=WalkRecorder())


def _relations(world: World) -> Relations:
    return Relations(database=world.resources.database, running=world.running)
