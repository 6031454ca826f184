"""B4: how many reads a second the API answers, beside a bare route that runs the same SQL in the same run."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from dogwalk.db.models.walker import Walker
from dogwalk.domain.role import Role
from tests.bench.bare import QUESTIONS
from tests.bench.figure import Figure
from tests.bench.line import Line, request
from tests.bench.people import signed_in
from tests.bench.processes import serving
from tests.bench.spread import in_turn, ratio
from tests.support.rows import make_booking, make_person, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from dogwalk.bootstrap import Resources
    from tests.bench.place import Place

AT_LEAST = 0.6
KINDS: Mapping[str, str] = MappingProxyType({"one": "GET /v1/bookings/{id}", "page": "GET /v1/bookings, 20 of them"})
LANES = 8  # connections, each with one request at a time
PEOPLE = 40  # so that nobody meets her rate limit, which is on
BOOKINGS_EACH = 25  # more than a page


@dataclass(frozen=True, kw_only=True)
class Readers:
    """The same questions, to the API and to the bare routes."""

    api_port: int
    bare_port: int
    ours: dict[str, list[bytes]]
    floors: dict[str, list[bytes]]


async def measure(place: Place) -> list[Figure]:
    async with _readers(place) as readers:
        found = []
        for kind, what in KINDS.items():
            place.say(f"B4 {what}")
            found.append(await _compare(place, readers, kind, what))
    return found


async def _compare(place: Place, readers: Readers, kind: str, what: str) -> Figure:
    seconds, rounds = place.size.read_s, place.size.read_rounds
    await _rate(readers.api_port, readers.ours[kind], seconds=1)  # both are warm before anything counts
    await _rate(readers.bare_port, readers.floors[kind], seconds=1)
    ours, floors = await in_turn(
        lambda: _rate(readers.api_port, readers.ours[kind], seconds=seconds),
        lambda: _rate(readers.bare_port, readers.floors[kind], seconds=seconds),
        rounds=rounds,
    )
    mine, floor = sum(ours) / rounds, sum(floors) / rounds
    return Figure(
        number="B4",
        what=what,
        measured=f"{mine:,.0f}/s",
        floor=f"{floor:,.0f}/s from a bare route",
        figure=ratio(mine, floor),
        limit=AT_LEAST,
        is_at_least=True,
    )


async def _rate(port: int, requests: Sequence[bytes], *, seconds: float) -> float:
    """Answers a second, all lanes together."""
    began_s = time.perf_counter()
    turns = cycle(requests)

    async def lane() -> int:
        answered = 0
        async with Line(port=port) as line:
            while time.perf_counter() - began_s < seconds:
                await line.ask(next(turns))
                answered += 1
        return answered

    answered = await asyncio.gather(*(lane() for _ in range(LANES)))
    return sum(answered) / (time.perf_counter() - began_s)


@asynccontextmanager
async def _readers(place: Place) -> AsyncIterator[Readers]:
    settings = {"redis_prefix": f"{uuid4().hex[:12]}:", "rate_limits": "true"}
    async with open_rows(place.environment, place.template, **settings) as resources:
        bookings = await _fill(resources)
        questions = place.state_dir / "questions.json"
        questions.write_text(json.dumps({"one": bookings, "page": [person for _, person in bookings]}))
        environment = {
            **place.environment,
            **{name.upper(): value for name, value in settings.items()},
            "DATABASE_URL": resources.settings.database_url.get_secret_value(),
            QUESTIONS: str(questions),
        }
        async with (
            serving(place, "api", "api", "serve", healthy="/healthz", environment=environment) as api_port,
            serving(place, "bare", "tests.bench.bare", healthy="/healthz", environment=environment) as bare_port,
        ):
            yield Readers(
                api_port=api_port,
                bare_port=bare_port,
                ours=_ours(resources, bookings),
                floors={kind: [request("GET", f"/{kind}/{n}") for n in range(len(bookings))] for kind in KINDS},
            )


def _ours(resources: Resources, bookings: list[tuple[str, str]]) -> dict[str, list[bytes]]:
    headers = [signed_in(resources, UUID(owner_id), Role.OWNER) for _, owner_id in bookings]
    return {
        "one": [
            request("GET", f"/v1/bookings/{booking_id}", headers=who)
            for (booking_id, _), who in zip(bookings, headers, strict=True)
        ],
        "page": [request("GET", "/v1/bookings", headers=who) for who in headers],
    }


async def _fill(resources: Resources) -> list[tuple[str, str]]:
    """(booking, owner): one of each owner's, each with a walker who comes."""
    found = []
    walker_id = await make_person(resources, "Grace Walker")
    async with resources.database.transaction() as session:
        session.add(Walker(person_id=walker_id, created_at=resources.clock.now()))
    for _ in range(PEOPLE):
        owner_id = await make_person(resources)
        for _ in range(BOOKINGS_EACH):
            booking_id = await make_booking(resources, owner_id=owner_id, walker_id=walker_id, status="assigned")
        found.append((str(booking_id), str(owner_id)))
    return found
