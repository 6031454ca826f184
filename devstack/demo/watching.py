"""Waiting for what the API will say, and telling what people receive meanwhile."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from devstack.demo.client import App, Json
    from devstack.demo.display import Display
    from devstack.demo.people import Human
    from devstack.standins.client import InboxClient

T = TypeVar("T")

WAIT_S = 30.0
POLL_S = 0.1


class NotReached(RuntimeError):
    """The story did not go on as it should."""


async def eventually(look: Callable[[], Awaitable[T | None]], *, complaint: Callable[[], str]) -> T:
    """What `look` finds. Raises NotReached."""
    deadline = time.monotonic() + WAIT_S
    while True:
        found = await look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise NotReached(f"{complaint()} after {WAIT_S:.0f} s")
        await asyncio.sleep(POLL_S)


async def booking_that(app: App, booking_id: str, reached: Callable[[Json], bool]) -> Json:
    """The booking as soon as it is so. Raises NotReached with where it stands."""
    seen: Json = {}

    async def look() -> Json | None:
        seen.update(await app.get(f"/v1/bookings/{booking_id}"))
        return seen if reached(seen) else None

    def complaint() -> str:
        return f"the booking stands at status {seen['status']}, payment {seen['payment_status']}"

    return await eventually(look, complaint=complaint)


async def offer_of(walker: Human, booking_id: str) -> Json:
    async def look() -> Json | None:
        items: list[Json] = (await walker.app.get("/v1/offers"))["items"]
        return next((offer for offer in items if offer["booking_id"] == booking_id), None)

    return await eventually(look, complaint=lambda: f"{walker.first_name} got no offer")


async def tell_messages(inbox: InboxClient, people: Iterable[Human], display: Display) -> None:
    """Every push, mail and SMS to one of these, as the inbox gets it, until cancelled."""
    names = {to: human.first_name for human in people for to in (human.email, human.phone, human.device)}
    after = 0
    while True:
        for message in await inbox.messages(after=after, wait_s=20):
            after = message["id"]
            if message["to"] in names:
                display.message(message, names[message["to"]])
