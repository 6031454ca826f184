"""B3: how long `POST /v1/bookings` takes, beside a bare route that inserts one row and starts a workflow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

from dogwalk.domain.role import Role
from tests.bench.figure import Figure
from tests.bench.line import Line, request
from tests.bench.people import signed_in
from tests.bench.processes import serving
from tests.bench.spread import in_turn, percentile, ratio
from tests.support.world import open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bench.place import Place
    from tests.support.people import Owner
    from tests.support.world import World

AT_MOST = 1.5
PERCENTILES = (50, 99)
OWNERS = 5  # each within her rate limit, which is on
WARM_UP = 20
STARTS_IN = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Asks for one booking, or for what the bare route does, and tells how long it took in milliseconds."""

    ours: Callable[[], Awaitable[float]]
    floor: Callable[[], Awaitable[float]]


async def measure(place: Place) -> list[Figure]:
    """One request at a time, by turns. No worker runs: the answer waits for none, and none takes a core from it."""
    async with _desk(place) as desk:
        place.say(f"B3 {place.size.posts} requests each")
        await in_turn(desk.ours, desk.floor, rounds=WARM_UP)
        ours, floors = await in_turn(desk.ours, desk.floor, rounds=place.size.posts)
    return [_figure(percent, percentile(ours, percent), percentile(floors, percent)) for percent in PERCENTILES]


def _figure(percent: int, mine_ms: float, floor_ms: float) -> Figure:
    return Figure(
        number="B3",
        what=f"POST /v1/bookings, p{percent}",
        measured=f"{mine_ms:.1f} ms",
        floor=f"{floor_ms:.1f} ms: INSERT, start",
        figure=ratio(mine_ms, floor_ms),
        limit=AT_MOST,
    )


@asynccontextmanager
async def _desk(place: Place) -> AsyncIterator[Desk]:
    async with open_world(place.environment, place.template, workers=False) as world:
        environment = {**place.environment, **world.environment, "RATE_LIMITS": "true"}
        asked = await _requests(world, place.size.posts + WARM_UP)
        bare = request("POST", "/start", body={"quote_id": str(uuid4()), "payment_method_id": "pm_card_visa"})
        async with (
            serving(place, "api", "api", "serve", healthy="/healthz", environment=environment) as api_port,
            serving(place, "bare", "tests.bench.bare", healthy="/healthz", environment=environment) as bare_port,
            Line(port=api_port) as api,
            Line(port=bare_port) as floor,
        ):
            yield Desk(ours=lambda: _spent_ms(api, asked.pop()), floor=lambda: _spent_ms(floor, bare))


async def _requests(world: World, count: int) -> list[bytes]:
    owners = [await world.town.owner() for _ in range(OWNERS)]
    return [await _request(world, owners[number % OWNERS]) for number in range(count)]


async def _request(world: World, owner: Owner) -> bytes:
    """Her quote is there already; what it costs to ask for one is not measured."""
    starts_at = (world.now() + STARTS_IN).replace(microsecond=0)
    quote_id = await world.town.quote(owner, starts_at=starts_at)
    headers = {**signed_in(world.resources, owner.id, Role.OWNER), "Idempotency-Key": str(uuid4())}
    body = {"quote_id": str(quote_id), "payment_method_id": owner.payment_method_id}
    return request("POST", "/v1/bookings", headers=headers, body=body)


async def _spent_ms(line: Line, asked: bytes) -> float:
    began = perf_counter()
    await line.ask(asked)
    return (perf_counter() - began) * 1000
