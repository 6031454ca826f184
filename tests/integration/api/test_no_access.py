from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.domain.role import Role

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api, Caller
    from tests.support.world import World


@pytest.fixture
async def walker_at_the_door(world: World) -> tuple[UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=3))
    await world.step(booking_id, "arrive", walker)
    return booking_id, walker


async def post(desk: Api, who: Caller, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": key or str(uuid4())}
    return await desk.http.post(path, json=body, headers=headers)


async def test_two_calls_and_a_wait_and_she_may_go(
    world: World, desk: Api, walker_at_the_door: tuple[UUID, UUID]
) -> None:
    booking_id, walker = walker_at_the_door
    her, path, key = desk.signed_in(walker, Role.WALKER), f"/v1/bookings/{booking_id}", str(uuid4())
    calls = [
        await post(desk, her, f"{path}/contact-attempts", {"kind": "call"}, key=one) for one in (key, key, str(uuid4()))
    ]
    assert [(call.status_code, call.json()["attempts"]) for call in calls] == [(201, 1), (201, 1), (201, 2)]
    early = await post(desk, her, f"{path}/no-access", {})
    assert (early.status_code, early.json()["code"]) == (409, "wait_not_over")
    assert "not_before" in early.json()
    await world.wait_for(booking_id, timedelta(minutes=16))
    gone = await post(desk, her, f"{path}/no-access", {})
    assert (gone.status_code, gone.json()["outcome"]) == (200, "no_access")
    late = await post(desk, her, f"{path}/contact-attempts", {"kind": "call"})
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


async def test_a_strangers_door_is_not_there(world: World, desk: Api, walker_at_the_door: tuple[UUID, UUID]) -> None:
    booking_id, _ = walker_at_the_door
    other = desk.signed_in(await world.town.walker(), Role.WALKER)
    for path, body in (("contact-attempts", {"kind": "call"}), ("no-access", {})):
        assert (await post(desk, other, f"/v1/bookings/{booking_id}/{path}", body)).status_code == 404


async def test_only_a_call_is_recorded_by_hand(desk: Api, walker_at_the_door: tuple[UUID, UUID]) -> None:
    booking_id, walker = walker_at_the_door
    her = desk.signed_in(walker, Role.WALKER)
    answer = await post(desk, her, f"/v1/bookings/{booking_id}/contact-attempts", {"kind": "message"})
    assert answer.status_code == 422
