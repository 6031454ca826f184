"""A story beside `run`, which a raw Cancel from the Temporal UI, that reaches `run` alone, does not break off."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")


async def pass_over() -> None:
    """For money under way and what support must decide: neither ends by a button that says no more than *cancel*."""
    workflow.logger.info("a raw Cancel was passed over")


async def uninterrupted(story: Coroutine[Any, Any, T], *, cancelled: Callable[[], Awaitable[None]] = pass_over) -> T:
    """What the story answers. A Cancel does what `cancelled` says, and the story goes on from there."""
    told = asyncio.create_task(story)
    while not told.done():
        try:
            await workflow.wait_condition(told.done)
        except asyncio.CancelledError:
            await cancelled()
    return await told
