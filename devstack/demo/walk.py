"""The walker's phone on the walk: buttons, and positions in batches while the recorded time runs fast."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from devstack.demo.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devstack.demo.client import App, Json
    from devstack.demo.route import Route
    from dogwalk.domain.track import Fix

BATCH_MAX = 500
# A phone that is awake sends about this often.
SEND_EVERY_S = 0.5


@dataclass(slots=True, kw_only=True)
class Sent:
    """Positions that left the phone, and what the API said of them."""

    positions: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


class WalkersPhone:
    def __init__(self, *, app: App, booking_id: str, route: Route, speed: float) -> None:
        self._app = app
        self._booking = f"/v1/bookings/{booking_id}"
        self._route = route
        self._speed = speed
        self.sent = Sent()

    async def tap(self, button: str, *, fix: Fix, at: datetime | None = None) -> Json:
        """`on-the-way`, `arrive`, `start` or `finish`; answers the booking."""
        where = {"lat": fix.lat, "lon": fix.lon, "accuracy_m": fix.accuracy_m}
        return await self._app.post(f"{self._booking}/{button}", {**where, "at": (at or datetime.now(UTC)).isoformat()})

    async def walk(self, on_progress: Callable[[int], None]) -> Json:
        """From the door to the door, with a photo and a report. `on_progress` gets the number of positions sent so far.
        Answers the finished booking.
        """
        fixes, began_at = self._route.fixes, datetime.now(UTC)
        await self.tap("start", fix=fixes[0], at=began_at)
        session = await self._app.post(f"{self._booking}/tracking-session", {"device": "demo phone"})
        await self._play(session, began_at, on_progress)
        await self._tell()
        return await self.tap("finish", fix=fixes[-1], at=began_at + timedelta(seconds=self._route.duration_s))

    async def _tell(self) -> None:
        """A photo, and what happened on the way."""
        where = self._route.fixes[len(self._route.fixes) // 2]
        await self._app.send_photo(f"{self._booking}/photos", snapshot(where.lat, where.lon))
        event = {"id": str(uuid4()), "kind": "pee", "at": datetime.now(UTC).isoformat()}
        events = [{**event, "lat": where.lat, "lon": where.lon}]
        await self._app.put(f"{self._booking}/report", {"notes": "Rex loved the pond", "events": events})

    async def _play(self, session: Json, began_at: datetime, on_progress: Callable[[int], None]) -> None:
        loop, fixes = asyncio.get_running_loop(), self._route.fixes
        started_s, done = loop.time(), 0
        while done < len(fixes):
            walked_s = (loop.time() - started_s) * self._speed
            ready = next((n for n in range(done, len(fixes)) if fixes[n].at_s > walked_s), len(fixes))
            for first in range(done, ready, BATCH_MAX):
                await self._send(session, fixes[first : min(first + BATCH_MAX, ready)], first, began_at)
            done = ready
            on_progress(done)
            if done < len(fixes):
                await asyncio.sleep(SEND_EVERY_S)

    async def _send(self, session: Json, fixes: Sequence[Fix], first: int, began_at: datetime) -> None:
        positions = [_position(first + n, fix, began_at) for n, fix in enumerate(fixes)]
        body = {"device_id": session["device_id"], "positions": positions}
        answer = await self._app.post(f"{self._booking}/positions", body, token=session["token"])
        self.sent.positions += len(positions)
        self.sent.accepted += answer["accepted"]
        self.sent.duplicate += answer["duplicate"]
        self.sent.rejected += len(answer["rejected"])


def _position(seq: int, fix: Fix, began_at: datetime) -> Json:
    position = {"seq": seq, "at": (began_at + timedelta(seconds=fix.at_s)).isoformat(), "lat": fix.lat, "lon": fix.lon}
    return position if fix.accuracy_m is None else {**position, "accuracy_m": fix.accuracy_m}
