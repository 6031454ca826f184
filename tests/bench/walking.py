"""B1: bookings a second through S01, beside a workflow of the same shape whose activities do nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from sqlalchemy import func, select
from temporalio.client import Client

from devstack.demo.market import demo_policy
from devstack.demo.route import synthetic_route
from devstack.parts import newest
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from dogwalk.domain.role import Role
from tests.bench.bare_walk import STEPS, TASK_QUEUE, BareWalk
from tests.bench.figure import Figure
from tests.bench.line import Line
from tests.bench.people import signed_in
from tests.bench.phones import Pair, Phone
from tests.bench.processes import running, serving
from tests.bench.spread import in_turn, ratio
from tests.support.people import LAT, LON
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.domain.track import Fix
    from tests.bench.place import Place

AT_LEAST = 0.6
LANES = 12  # pairs of people, or workflows at once
WARM_UP_S = 4.0
DRAINED_WITHIN_S = 60.0
LOOKS_EVERY_S = 0.2
APART_DEGREES = 0.03  # three kilometres, and walkers come from one
RADIUS_M = 1000
EVERY_NTH = 30  # of the route's positions: a phone that sleeps, one batch a walk


class Side(Protocol):
    async def play(self, lane: int) -> None:
        """One whole booking, up to where its people do nothing more."""

    async def closed(self) -> int:
        """How many have come to their end so far."""


@dataclass(kw_only=True)
class Ours:
    world: World
    pairs: Sequence[Pair]

    async def play(self, lane: int) -> None:
        await self.pairs[lane].book_and_walk()

    async def closed(self) -> int:
        async with self.world.resources.database.transaction() as session:
            statement = select(func.count()).select_from(Booking).where(Booking.closed_at.is_not(None))
            return int(await session.scalar(statement) or 0)


@dataclass(kw_only=True)
class Bare:
    client: Client
    done: int = 0
    results: set[asyncio.Task[None]] = field(default_factory=set)

    async def play(self, lane: int) -> None:
        id_ = f"bare-walk-{lane}-{uuid4()}"
        handle = await self.client.start_workflow(BareWalk.run, {"id": id_}, id=id_, task_queue=TASK_QUEUE)
        for step in STEPS:
            await handle.execute_update(BareWalk.step, step)
        self.results.add(asyncio.create_task(self._count(handle.result())))

    async def _count(self, result: object) -> None:
        await result  # type: ignore[misc]  # the SDK's awaitable
        self.done += 1

    async def closed(self) -> int:
        return self.done


async def measure(place: Place) -> list[Figure]:
    async with _sides(place) as (ours, bare):
        seconds, rounds = place.size.walk_s, place.size.walk_rounds
        place.say(f"B1 {rounds} rounds of {seconds:.0f} s each")
        mine, floors = await in_turn(
            lambda: _rate(ours, seconds=seconds), lambda: _rate(bare, seconds=seconds), rounds=rounds
        )
    rate, floor = sum(mine) / rounds, sum(floors) / rounds
    return [
        Figure(
            number="B1",
            what="bookings through S01 a second",
            measured=f"{rate:.2f}/s",
            floor=f"{floor:.2f}/s: same shape, doing nothing",
            figure=ratio(rate, floor),
            limit=AT_LEAST,
            is_at_least=True,
        )
    ]


async def _rate(side: Side, *, seconds: float) -> float:
    """Ends a second, once it runs evenly. Everything begun is brought to its end before somebody else's turn."""
    began, until = await side.closed(), time.perf_counter() + WARM_UP_S + seconds
    lanes = [asyncio.create_task(_lane(side, lane, until)) for lane in range(LANES)]
    await asyncio.sleep(WARM_UP_S)
    before, began_s = await side.closed(), time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (await side.closed() - before) / (time.perf_counter() - began_s)
    played = sum(await asyncio.gather(*lanes))
    async with asyncio.timeout(DRAINED_WITHIN_S):
        while await side.closed() < began + played:  # noqa: ASYNC110 Postgres has no event
            await asyncio.sleep(LOOKS_EVERY_S)
    return rate


async def _lane(side: Side, lane: int, until: float) -> int:
    played = 0
    while time.perf_counter() < until:
        await side.play(lane)
        played += 1
    return played


@asynccontextmanager
async def _sides(place: Place) -> AsyncIterator[tuple[Ours, Bare]]:
    """API, workers and the floor's worker as processes of their own; Stripe's announcements come in as they would."""
    route = synthetic_route()
    policy = demo_policy(walk_s=route.duration_s)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            open_world(place.environment, place.template, policy=policy, workers=False)
        )
        environment = {**place.environment, **world.environment, "RATE_LIMITS": "true", "DATABASE_POOL_SIZE": "10"}
        port = await stack.enter_async_context(
            serving(place, "api", "api", "serve", healthy="/readyz", environment=environment)
        )
        await stack.enter_async_context(running(place, "workers", "workers", environment=environment))
        await stack.enter_async_context(
            running(place, "bare-walk", "tests.bench.bare_walk", environment=place.environment)
        )
        await _announce(world, port)
        pairs = [await _pair(stack, world, port, lane, route.fixes[::EVERY_NTH]) for lane in range(LANES)]
        yield Ours(world=world, pairs=pairs), Bare(client=await Client.connect(place.environment["TEMPORAL_ADDRESS"]))


async def _announce(world: World, port: int) -> None:
    url = f"http://127.0.0.1:{port}/v1/webhooks/stripe"
    environment = world.environment
    await world.control.add_webhook(url, newest(environment["STRIPE_WEBHOOK_SECRETS"]))
    await world.control.add_webhook(
        f"{url}/connect", newest(environment["STRIPE_CONNECT_WEBHOOK_SECRETS"]), connect=True
    )


async def _pair(stack: AsyncExitStack, world: World, port: int, lane: int, fixes: Sequence[Fix]) -> Pair:
    """The lane's own street, away from all others."""
    lat = LAT + lane * APART_DEGREES
    owner = await world.town.owner()
    walker_id = await world.town.walker(home_lat=lat, service_radius_m=RADIUS_M)
    async with world.resources.database.transaction() as session:
        (await session.get_one(Home, owner.home_id)).lat = lat
    moved = [fix._replace(lat=fix.lat - fixes[0].lat + lat, lon=fix.lon - fixes[0].lon + LON) for fix in fixes]
    phones = [
        Phone(
            line=await stack.enter_async_context(Line(port=port)), headers=signed_in(world.resources, person_id, role)
        )
        for person_id, role in ((owner.id, Role.OWNER), (walker_id, Role.WALKER))
    ]
    return Pair(owner=owner, owners=phones[0], walkers=phones[1], fixes=moved)
