"""Signed deliveries in the background: an API answer never waits for them.

One queue and one task per endpoint keep the order of events unless a fault asks otherwise; a delivery that fails is
repeated beside the queue, with growing pauses, a bounded number of times. Signatures carry the wall clock, never the
key's own: the receiver checks them against its wall clock.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import random
import time
from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

RETRY_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
TIMEOUT_S = 10.0
SHUFFLE_WINDOW_S = 0.3


@dataclass(slots=True)
class Endpoint:
    id: str
    url: str
    secret: str = field(repr=False)
    is_connect: bool = False
    enabled_events: tuple[str, ...] = ("*",)

    def wants(self, event_type: str, *, account: str | None) -> bool:
        is_named = "*" in self.enabled_events or event_type in self.enabled_events
        return is_named and self.is_connect == (account is not None)


@dataclass(slots=True)
class WebhookFaults:
    """`drop` counts events that are never sent; the others last until they are set again."""

    duplicate: bool = False
    shuffle: bool = False
    drop: int = 0
    delay_s: float = 0.0
    hold: bool = False


def sign(body: bytes, *, secret: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhooks:
    def __init__(self, *, client: httpx.AsyncClient) -> None:
        self._client = client
        self._endpoints: dict[str, Endpoint] = {}
        self._faults = WebhookFaults()
        self._queues: dict[str, deque[Json]] = {}
        self._held: list[Json] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._random = random.Random(1)
        self.delivered = 0
        self.failed = 0

    def add(self, endpoint: Endpoint) -> None:
        self._endpoints[endpoint.id] = endpoint

    def remove(self, endpoint_id: str) -> None:
        self._endpoints.pop(endpoint_id, None)

    def count(self, event_type: str, *, account: str | None) -> int:
        return sum(endpoint.wants(event_type, account=account) for endpoint in self._endpoints.values())

    def set_faults(self, faults: WebhookFaults) -> None:
        self._faults = faults

    def release(self) -> int:
        """Sends what was held; answers how many."""
        held, self._held = self._held, []
        self._faults.hold = False
        for event in held:
            self._enqueue(event)
        return len(held)

    def announce(self, event: Json) -> None:
        if self._faults.hold:
            self._held.append(event)
        elif self._faults.drop > 0:
            self._faults.drop -= 1
        else:
            self._enqueue(event)

    def _enqueue(self, event: Json) -> None:
        copies = 2 if self._faults.duplicate else 1
        for endpoint in self._endpoints.values():
            if endpoint.wants(event["type"], account=event.get("account")):
                self._append(endpoint, [event] * copies)

    def _append(self, endpoint: Endpoint, events: list[Json]) -> None:
        queue = self._queues.get(endpoint.id)
        if queue is None:
            self._queues[endpoint.id] = queue = deque(events)
            self._start(self._drain(endpoint, queue))
        else:
            queue.extend(events)

    def _start(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine of ours
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, endpoint: Endpoint, queue: deque[Json]) -> None:
        try:
            while queue:
                await self._wait()
                if not await self._send(endpoint, event := self._next(queue)):
                    self._start(self._repeat(endpoint, event))
        finally:
            self._queues.pop(endpoint.id, None)

    async def _wait(self) -> None:
        pause_s = self._faults.delay_s + (SHUFFLE_WINDOW_S if self._faults.shuffle else 0.0)
        if pause_s:
            await asyncio.sleep(pause_s)

    def _next(self, queue: deque[Json]) -> Json:
        if self._faults.shuffle:
            queue.rotate(self._random.randrange(len(queue)))
        return queue.popleft()

    async def _repeat(self, endpoint: Endpoint, event: Json) -> None:
        for pause_s in RETRY_PAUSES_S:
            await asyncio.sleep(pause_s)
            if endpoint.id not in self._endpoints or await self._send(endpoint, event):
                return
        self.failed += 1

    async def _send(self, endpoint: Endpoint, event: Json) -> bool:
        body = json.dumps(event).encode()
        signature = sign(body, secret=endpoint.secret, at=int(time.time()))
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        try:
            answer = await self._client.post(endpoint.url, content=body, headers=headers, timeout=TIMEOUT_S)
        except httpx.HTTPError:
            return False
        self.delivered += answer.is_success
        return answer.is_success

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
