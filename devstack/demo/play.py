"""`python -m devstack demo`: a stack of its own, the story, and one line that sums it up."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from uuid import UUID

from devstack.demo.needs import refuse_unreadable
from devstack.detached import DetachedStack
from devstack.running_stack import bring_down
from devstack.stack import Stack

if TYPE_CHECKING:
    from devstack.demo.display import Display
    from devstack.demo.outcome import Outcome
    from devstack.demo.route import Route
    from devstack.demo.story import Played
    from devstack.options import StackOptions
    from devstack.running_stack import RunningStack
    from dogwalk.config import Settings


class NotAsItShould(RuntimeError):
    """The story went to its end, and the end is wrong."""


async def play(options: StackOptions, *, route: Route, speed: float, card: str, keep: bool) -> str:
    """The last line: one JSON object. Raises what went wrong, with everything stopped unless it is kept."""
    began_s = time.monotonic()
    refuse_unreadable(os.environ)
    bring_down(options)
    Stack(options=options, outside={}).remove()
    starting = DetachedStack(options, kept=keep)
    try:
        from devstack.demo.display import Display  # a second of imports, while the services start

        display = Display()
        display.chapter("Starting PostgreSQL, Valkey, Temporal, the stand-ins, workers and API")
        running = await starting.is_up()
        display.say("all of it is up")
        found = await _play(running, route=route, speed=speed, card=card, display=display, began_s=began_s)
        return json.dumps(found.as_json())
    finally:
        if not keep:
            await asyncio.to_thread(bring_down, options)


async def _play(
    running: RunningStack, *, route: Route, speed: float, card: str, display: Display, began_s: float
) -> Outcome:
    import structlog

    from devstack.demo.outcome import outcome
    from devstack.demo.story import Story
    from devstack.standins.client import InboxClient
    from devstack.stripe.client import PhoneStripe
    from dogwalk.bootstrap import open_resources
    from dogwalk.config import Settings

    # the services called from here would write between the story's lines
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    settings = Settings.model_validate({name.lower(): value for name, value in running.environment.items()})
    async with AsyncExitStack() as stack:
        story = Story(
            base_url=settings.public_url,
            resources=(resources := await stack.enter_async_context(open_resources(settings))),
            inbox=await stack.enter_async_context(InboxClient(running.environment["INBOX_URL"])),
            phone_stripe=await stack.enter_async_context(
                PhoneStripe(running.environment["STRIPE_API_BASE"], settings.stripe_publishable_key)
            ),
            route=route,
            speed=speed,
            card=card,
            display=display,
        )
        played = await story.play()
        seconds = time.monotonic() - began_s
        booking_id = UUID(played.booking_id)
        found = await outcome(resources, booking_id, positions_sent=played.sent.positions, seconds=seconds)
    display.timeline(played.timeline)
    display.receipt(played.receipt)
    display.links(links(running, settings, booking_id=played.booking_id))
    _check(found, played)
    return found


def links(running: RunningStack, settings: Settings, *, booking_id: str) -> dict[str, str]:
    """Where a person looks on. Somebody's own Temporal may have no UI that we know of."""
    found = {"API docs": running.addresses["API docs"], "Inbox": running.environment["INBOX_URL"]}
    if settings.temporal_ui_url:
        workflows = f"{settings.temporal_ui_url}/namespaces/{settings.temporal_namespace}/workflows"
        found["The booking's workflow"] = f"{workflows}/booking-{booking_id}"
    return found


def _check(found: Outcome, played: Played) -> None:
    """Raises NotAsItShould naming everything that is wrong."""
    wrong = {
        f"the booking is {found.status}, not closed": found.status != "closed",
        "the ledger does not balance": not found.ledger_balanced,
        "nothing was captured or transferred": not (found.captured and found.transferred),
        f"{found.positions_stored} positions stored of {played.sent.accepted} accepted": (
            found.positions_stored != played.sent.accepted
        ),
        f"{played.sent.rejected} positions rejected": played.sent.rejected > 0,
        "no photo or no report": not (played.report["photos"] and played.report["events"]),
        "a photo says where it was taken": played.says_where,
    }
    reasons = [reason for reason, is_so in wrong.items() if is_so]
    if reasons:
        raise NotAsItShould("; ".join(reasons))
