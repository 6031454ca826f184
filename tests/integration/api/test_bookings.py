from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from dogwalk.db.models.booking import Booking, BookingDog, Offer
from dogwalk.db.models.person import IdempotencyRecord
from dogwalk.domain.role import Role
from tests.support.api import serve
from workers.relay import Relay

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api, Caller
    from tests.support.people import Owner
    from tests.support.world import World

WALKERS = 20
NOBODY = "127.0.0.1:1"


async def body_of(world: World, owner: Owner, *, hours: int = 3) -> dict[str, Any]:
    starts_at = (world.now() + timedelta(hours=hours)).replace(microsecond=0)
    quote_id = await world.town.quote(owner, starts_at=starts_at)
    return {"quote_id": str(quote_id), "payment_method_id": owner.payment_method_id}


async def post(desk: Api, who: Caller, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": key or str(uuid4())}
    return await desk.http.post(path, json=body or {}, headers=headers)


async def matching(world: World, desk: Api, owner: Caller, booking_id: str) -> None:
    async def reached() -> bool:
        answer = await desk.http.get(f"/v1/bookings/{booking_id}", headers=owner.headers)
        return bool(answer.json()["status"] == "matching")

    await world.eventually(reached)


async def offers_of(world: World, booking_id: str) -> dict[UUID, UUID]:
    """Walker → her offer."""
    async with world.resources.database.transaction() as session:
        statement = select(Offer.walker_id, Offer.id).where(Offer.booking_id == UUID(booking_id))
        return dict(list(await session.execute(statement)))


async def test_twenty_walkers_accept_at_once_and_one_has_the_walk(world: World, desk: Api) -> None:
    owner = await world.town.owner()
    for place in range(WALKERS):
        await world.town.walker(distance_m=100.0 + place)
    hers = desk.signed_in(owner.id, Role.OWNER)
    booking_id = (await post(desk, hers, "/v1/bookings", await body_of(world, owner))).json()["id"]
    await matching(world, desk, hers, booking_id)
    offers = await offers_of(world, booking_id)
    assert len(offers) == WALKERS
    answers = await asyncio.gather(
        *(
            post(desk, desk.signed_in(walker_id, Role.WALKER), f"/v1/offers/{offer_id}/accept")
            for walker_id, offer_id in offers.items()
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: WALKERS - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"offer_taken"}
    seen = (await desk.http.get(f"/v1/bookings/{booking_id}", headers=hers.headers)).json()
    assert seen["status"] == "assigned"
    winner = next(answer.json()["walker"]["id"] for answer in answers if answer.status_code == 200)
    assert seen["walker"]["id"] == winner


async def test_a_request_sent_ten_times_at_once_is_one_booking_and_one_hold(world: World, desk: Api) -> None:
    owner, key = await world.town.owner(), str(uuid4())
    body, hers = await body_of(world, owner), desk.signed_in(owner.id, Role.OWNER)
    answers = await asyncio.gather(*(post(desk, hers, "/v1/bookings", body, key=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert all(answer.json()["code"] == "idempotency_in_flight" for answer in answers if answer.status_code == 409)
    again = await post(desk, hers, "/v1/bookings", body, key=key)
    assert again.status_code == 202
    ids = {answer.json()["id"] for answer in [*answers, again] if answer.status_code == 202}
    [booking_id] = ids
    await matching(world, desk, hers, booking_id)
    async with world.resources.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 1
    holds = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=booking_id)
    assert len(holds) == 1


async def test_without_temporal_nothing_is_half_made_and_the_same_key_goes_on(
    world: World, desk: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, key = await world.town.owner(), str(uuid4())
    body, hers = await body_of(world, owner), desk.signed_in(owner.id, Role.OWNER)
    async with serve(world.settings.model_copy(update={"temporal_address": NOBODY}), world.clock) as cut_off:
        refused = await post(cut_off, hers, "/v1/bookings", body, key=key)
    assert (refused.status_code, refused.json()["code"]) == (503, "booking_pending")
    assert "Retry-After" in refused.headers
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"status": 503' in line]
    listed = await desk.http.get("/v1/bookings", headers=hers.headers)
    assert listed.json()["items"] == []
    made = await post(desk, hers, "/v1/bookings", body, key=key)
    assert made.status_code == 202
    assert [line["booking_id"] for line in told] == [made.json()["id"]]
    await matching(world, desk, hers, made.json()["id"])
    async with world.resources.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 1


async def test_what_nobody_started_is_forgotten_and_what_runs_is_shown(world: World) -> None:
    """Five minutes after a process died between the row and the workflow, or between the workflow and the answer."""
    running = await world.book(await world.town.owner())
    lost = (await world.reserve(await world.town.owner(), starts_in=timedelta(hours=3))).booking_id
    async with world.resources.database.transaction() as session:
        left = update(Booking).values(revealed_at=None, created_at=world.now() - timedelta(minutes=6))
        await session.execute(left)
    await Relay(resources=world.resources, client=world.client).clear_unstarted()
    await world.requests.forget(running)  # by another relay, a moment late
    async with world.resources.database.transaction() as session:
        shown = (await session.scalars(select(Booking.id).where(Booking.revealed_at.is_not(None)))).all()
        dogs = (await session.scalars(select(BookingDog.booking_id))).all()
        assert await session.get(Booking, lost) is None
    assert (list(shown), list(dogs)) == ([running], [running])


async def test_two_people_may_use_the_same_key(world: World, desk: Api) -> None:
    key, owners = str(uuid4()), [await world.town.owner(), await world.town.owner()]
    answers = [
        await post(desk, desk.signed_in(owner.id, Role.OWNER), "/v1/bookings", await body_of(world, owner), key=key)
        for owner in owners
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["id"] for answer in answers}) == 2


async def test_one_key_for_two_commands_runs_both(world: World, desk: Api) -> None:
    """The key counts for its route: the second command is not taken for a repeat of the first."""
    owner, walker = await world.town.owner(), await world.town.walker()
    hers, his = desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)
    booking_id = (await post(desk, hers, "/v1/bookings", await body_of(world, owner))).json()["id"]
    await matching(world, desk, hers, booking_id)
    offer_id = (await offers_of(world, booking_id))[walker]
    key = str(uuid4())
    assert (await post(desk, his, f"/v1/offers/{offer_id}/accept", key=key)).json()["status"] == "assigned"
    assert (await post(desk, his, f"/v1/bookings/{booking_id}/on-the-way", key=key)).json()["status"] == "on_the_way"
    repeated = await post(desk, his, f"/v1/bookings/{booking_id}/on-the-way", key=key)
    assert (repeated.status_code, repeated.headers["Idempotency-Replayed"]) == (200, "true")


async def test_who_gave_the_walk_back_may_repeat_that_and_sees_it_no_more(world: World, desk: Api) -> None:
    """The walk was given back, and the answer lost with the process that was to give it."""
    owner, walker = await world.town.owner(), await world.town.walker()
    other = desk.signed_in(await world.town.walker(), Role.WALKER)
    hers, his = desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)
    booking_id = (await post(desk, hers, "/v1/bookings", await body_of(world, owner))).json()["id"]
    await matching(world, desk, hers, booking_id)
    await post(desk, his, f"/v1/offers/{(await offers_of(world, booking_id))[walker]}/accept")
    path, body, key = f"/v1/bookings/{booking_id}/withdraw", {"reason": "I fell ill"}, str(uuid4())
    assert (await post(desk, his, path, body, key=key)).status_code == 200
    async with world.resources.database.transaction() as session:
        lost = update(IdempotencyRecord).where(IdempotencyRecord.key == key)
        await session.execute(lost.values(status=None, response=None, locked_until=world.now()))
    assert (await post(desk, his, path, body, key=key)).json() == {"booking_id": booking_id}
    assert [(await post(desk, who, path, body)).status_code for who in (his, other)] == [404, 404]
    paths = ("", "/timeline", "/events", "/live", "/route", "/report", "/reschedule")
    got = [await desk.http.get(f"/v1/bookings/{booking_id}{path}", headers=his.headers) for path in paths]
    got += [await post(desk, his, f"/v1/bookings/{booking_id}/{path}") for path in ("access-code", "start", "finish")]
    assert {answer.status_code for answer in got} == {404}


async def test_one_key_with_another_body_is_refused(world: World, desk: Api) -> None:
    owner, key = await world.town.owner(), str(uuid4())
    hers = desk.signed_in(owner.id, Role.OWNER)
    assert (await post(desk, hers, "/v1/bookings", await body_of(world, owner), key=key)).status_code == 202
    second = await post(desk, hers, "/v1/bookings", await body_of(world, owner, hours=6), key=key)
    assert (second.status_code, second.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_quote_for_a_dog_that_is_gone_binds_nobody(world: World, desk: Api) -> None:
    owner = await world.town.owner()
    body, hers = await body_of(world, owner), desk.signed_in(owner.id, Role.OWNER)
    assert (await desk.http.delete(f"/v1/dogs/{owner.dog_ids[0]}", headers=hers.headers)).status_code == 204
    refused = await post(desk, hers, "/v1/bookings", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_expired")


async def test_a_strangers_booking_is_not_there(world: World, desk: Api) -> None:
    owner, other = await world.town.owner(), await world.town.owner()
    hers, strange = desk.signed_in(owner.id, Role.OWNER), desk.signed_in(other.id, Role.OWNER, Role.WALKER)
    booking_id = (await post(desk, hers, "/v1/bookings", await body_of(world, owner))).json()["id"]
    paths = ("", "/cancellation", "/receipt", "/timeline", "/events")
    got = [await desk.http.get(f"/v1/bookings/{booking_id}{path}", headers=strange.headers) for path in paths]
    tried = [
        await post(desk, strange, f"/v1/bookings/{booking_id}/{command}")
        for command in ("on-the-way", "arrive", "start", "finish", "end-early", "confirm-payment")
    ]
    assert {answer.status_code for answer in [*got, *tried]} == {404}
