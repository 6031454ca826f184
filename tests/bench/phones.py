"""An owner and a walker with their phones, who book and walk S01 over HTTP as the apps do, again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from dogwalk.domain.track import Fix
from tests.bench.line import Line, Unexpected, request
from tests.support.people import Owner

STARTS_IN = timedelta(minutes=5)
LOOKS_EVERY_S = 0.25
TRIES = 8
PAUSE_S = 0.5
COME_AGAIN = {503, 429}


@dataclass(kw_only=True)
class Phone:
    """One person's, on a kept connection. A command is repeated under its key when the answer says so."""

    line: Line
    headers: dict[str, str]

    async def get(self, path: str) -> Any:
        return json.loads(await self.line.ask(request("GET", path, headers=self.headers)))

    async def post(self, path: str, body: Any = None, *, token: str | None = None) -> Any:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        asked = request("POST", path, headers=headers, body=body or {})
        for _ in range(TRIES):
            try:
                return json.loads(await self.line.ask(asked))
            except Unexpected as answer:
                if answer.status not in COME_AGAIN and b"idempotency_in_flight" not in answer.content:
                    raise
                await asyncio.sleep(PAUSE_S)
        raise TimeoutError(f"{path}: no answer after {TRIES} tries")


@dataclass(kw_only=True)
class Pair:
    """Nobody else lives near, so that she is the one who is asked."""

    owner: Owner
    owners: Phone
    walkers: Phone
    fixes: Sequence[Fix]

    async def book_and_walk(self) -> None:
        """Until the walker is home again; what the money does afterwards, it does by itself."""
        booking_id = await self._book()
        offer_id = await self._offer(booking_id)
        await self.walkers.post(f"/v1/offers/{offer_id}/accept")
        await self._walk(f"/v1/bookings/{booking_id}")

    async def _book(self) -> str:
        starts_at = (datetime.now(UTC) + STARTS_IN).isoformat()
        wish = {"home_id": str(self.owner.home_id), "dog_ids": [str(dog_id) for dog_id in self.owner.dog_ids]}
        quote = await self.owners.post("/v1/quotes", {**wish, "service": "walk_30", "starts_at": starts_at})
        asked = {"quote_id": quote["id"], "payment_method_id": self.owner.payment_method_id}
        return str((await self.owners.post("/v1/bookings", asked))["id"])

    async def _offer(self, booking_id: str) -> str:
        while True:
            newest = (await self.walkers.get("/v1/offers?limit=1"))["items"]
            if newest and newest[0]["booking_id"] == booking_id:
                return str(newest[0]["id"])
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _walk(self, booking: str) -> None:
        began_at = datetime.now(UTC)
        await self._tap(booking, "on-the-way", began_at)
        await self._tap(booking, "arrive", began_at)
        await self._tap(booking, "start", began_at)
        session = await self.walkers.post(f"{booking}/tracking-session", {"device": "phone of a bench"})
        positions = [_position(seq, fix, began_at) for seq, fix in enumerate(self.fixes)]
        batch = {"device_id": session["device_id"], "positions": positions}
        await self.walkers.post(f"{booking}/positions", batch, token=session["token"])
        await self._tap(booking, "finish", began_at + timedelta(seconds=self.fixes[-1].at_s))

    async def _tap(self, booking: str, button: str, at: datetime) -> None:
        where = {"lat": self.fixes[0].lat, "lon": self.fixes[0].lon, "accuracy_m": 5.0}
        await self.walkers.post(f"{booking}/{button}", {**where, "at": at.isoformat()})


def _position(seq: int, fix: Fix, began_at: datetime) -> dict[str, Any]:
    at = (began_at + timedelta(seconds=fix.at_s)).isoformat()
    return {"seq": seq, "at": at, "lat": fix.lat, "lon": fix.lon, "accuracy_m": fix.accuracy_m or 5.0}
