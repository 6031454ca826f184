"""An assigned walk, its two people, and a real server that shows it live."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_event
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller
from tests.support.ingesting import UnderWay
from tests.support.server import served
from tests.support.streams import streamed
from tests.support.tracks import assigned

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(kw_only=True)
class Watch:
    """An assigned walk, its two people, and a real server that shows it."""

    api: Api
    http: httpx.AsyncClient
    walk: UnderWay
    owner: Caller
    walker: Caller

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.walk.walk.booking_id}/live"

    def stream(self, caller: Caller | None = None) -> Any:
        return streamed(self.http, self.path, headers=(caller or self.owner).headers)

    def socket(self, **given: Any) -> Any:
        url = str(self.http.base_url).replace("http", "ws").rstrip("/") + self.path
        return connect(url + given.pop("query", ""), proxy=None, **given)

    async def set_out(self) -> None:
        await self.walk.say("opened", opens_at=self.walk.opened_at)
        await self.happen(1, "walker_on_the_way", status="on_the_way")

    async def start(self) -> None:
        await self.walk.say("opened", opens_at=self.walk.opened_at)
        await self.walk.say("start", at=self.walk.opened_at)
        await self.happen(2, "walk_started", status="in_progress")

    async def finish(self) -> None:
        await self.happen(3, "walk_finished", status="completed", outcome="completed")

    async def lose_walker(self) -> None:
        await self.walk.say("close")
        await self.happen(4, "walker_withdrew", status="matching", walker_id=None)

    async def happen(self, version: int, kind: str, **projection: Any) -> None:
        ids = self.walk.walk
        event = NewEvent(
            booking_id=ids.booking_id,
            version=version,
            n=0,
            type=kind,
            at=self.api.clock.now(),
            actor="walker",
            audience=[ids.owner_id, ids.walker_id],
            data={},
        )
        async with self.api.resources.database.transaction() as session:
            await bookings.project(session, ids.booking_id, version, **projection)
            await booking_event.append(session, [event])

    async def be_at(self, at_s: float, distance_m: float) -> None:
        receipt = await self.walk.send([self.walk.point(at_s, distance_m=distance_m, heading_deg=90.0)])
        assert receipt.accepted == 1

    def expiring(self, *, lives_s: float) -> Caller:
        now, session_id = datetime.now(UTC), uuid4()
        token = self.api.resources.access_tokens.issue(
            person_id=self.owner.person_id,
            session_id=session_id,
            roles=[Role.OWNER],
            acr="pwd",
            authenticated_at=now,
            expires_at=now + timedelta(seconds=lives_s),
        )
        return Caller(person_id=self.owner.person_id, session_id=session_id, token=token)

    async def booking(self) -> Any:
        return (await self.http.get(self.path.removesuffix("/live"), headers=self.owner.headers)).json()

    async def ticket(self, caller: Caller | None = None) -> str:
        answer = await self.http.post("/v1/live-tickets", headers=(caller or self.owner).headers)
        assert answer.status_code == 201
        return str(answer.json()["ticket"])


@asynccontextmanager
async def opened(api: Api) -> AsyncIterator[Watch]:
    walk = await assigned(api.resources)
    now = api.clock.now().replace(microsecond=0)
    async with served(api.app) as base_url, httpx.AsyncClient(base_url=base_url) as http:
        yield Watch(
            api=Api(settings=api.settings, app=api.app, http=http, clock=api.clock),
            http=http,
            walk=UnderWay(walk=_of(api, walk), opened_at=now - timedelta(minutes=30), now=now),
            owner=api.signed_in(walk.owner_id, Role.OWNER),
            walker=api.signed_in(walk.walker_id, Role.WALKER),
        )


def _of(api: Api, walk: Any) -> Any:
    """Through the process that serves."""
    return type(walk)(**{**vars(walk), "resources": api.resources})
