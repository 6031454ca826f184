"""A late walker over HTTP: the owner sees by how much, and a stand-by takes the walk unless it is too late for that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import support_task
from dogwalk.domain.role import Role

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api, Caller
    from tests.support.people import Owner
    from tests.support.world import World


@pytest.fixture
async def awaited(world: World) -> tuple[UUID, Owner, UUID]:
    """A booking at its start, whose walker has not set out."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    return booking_id, owner, walker


async def _post(desk: Api, who: Caller, path: str, body: Any = None) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": str(uuid4())}
    return await desk.http.post(path, json=body or {}, headers=headers)


async def _offered(world: World, desk: Api, who: Caller) -> str:
    async def found() -> str | None:
        offers = (await desk.http.get("/v1/offers", headers=who.headers)).json()["items"]
        return offers[0]["id"] if offers else None

    offer_id: str = await world.eventually(found)
    return offer_id


async def test_the_owner_sees_by_how_much(world: World, desk: Api, awaited: tuple[UUID, Owner, UUID]) -> None:
    booking_id, owner, walker = awaited
    path, theirs = f"/v1/bookings/{booking_id}", desk.signed_in(owner.id, Role.OWNER)

    async def late_minutes() -> int | None:
        seen: int | None = (await desk.http.get(path, headers=theirs.headers)).json()["late_minutes"]
        return seen

    assert await late_minutes() is None
    await world.advance(booking_id, timedelta(minutes=4, seconds=10))
    assert await late_minutes() == 4
    await world.step(booking_id, "arrive", walker)
    await world.advance(booking_id, timedelta(minutes=3))
    assert await late_minutes() == 4


async def test_a_stand_by_takes_the_walk_and_its_first_walker_sees_it_no_more(
    world: World, desk: Api, awaited: tuple[UUID, Owner, UUID]
) -> None:
    booking_id, _, first = awaited
    second = desk.signed_in(await world.town.walker(), Role.WALKER)
    await world.advance(booking_id, timedelta(minutes=10))
    taken = await _post(desk, second, f"/v1/offers/{await _offered(world, desk, second)}/accept")
    assert (taken.status_code, taken.json()["status"]) == (200, "assigned")
    his = desk.signed_in(first, Role.WALKER)
    assert (await desk.http.get(f"/v1/bookings/{booking_id}", headers=his.headers)).status_code == 404
    assert (await _post(desk, his, f"/v1/bookings/{booking_id}/arrive")).status_code == 404


async def test_who_arrives_first_keeps_it(world: World, desk: Api, awaited: tuple[UUID, Owner, UUID]) -> None:
    booking_id, _, first = awaited
    second, his = desk.signed_in(await world.town.walker(), Role.WALKER), desk.signed_in(first, Role.WALKER)
    await world.advance(booking_id, timedelta(minutes=10))
    offer_id = await _offered(world, desk, second)
    assert (await _post(desk, his, f"/v1/bookings/{booking_id}/arrive")).json()["late_minutes"] == 10
    refused = await _post(desk, second, f"/v1/offers/{offer_id}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_taken")


async def test_a_tap_from_before_she_was_replaced_takes_her_late_cancel_back(
    world: World, desk: Api, awaited: tuple[UUID, Owner, UUID]
) -> None:
    booking_id, _, first = awaited
    second, hers = desk.signed_in(await world.town.walker(), Role.WALKER), desk.signed_in(first, Role.WALKER)
    at_the_door = world.now()
    await world.advance(booking_id, timedelta(minutes=10))
    await _post(desk, second, f"/v1/offers/{await _offered(world, desk, second)}/accept")
    path = f"/v1/bookings/{booking_id}/arrive"
    assert (await _post(desk, hers, path)).status_code == 404
    assert await _late_cancels(world, first) == 1
    for _ in range(2):
        assert (await _post(desk, hers, path, {"at": at_the_door.isoformat()})).status_code == 404
    assert await _late_cancels(world, first) == 0
    async with world.resources.database.transaction() as session:
        assert [task.kind for task in await support_task.of_booking(session, booking_id)] == ["late_proof"]
    assert (await world.row(booking_id)).walker_id != first


async def _late_cancels(world: World, walker: UUID) -> int:
    async with world.resources.database.transaction() as session:
        return (await session.get_one(Walker, walker)).late_cancels
