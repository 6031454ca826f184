"""A story beside `run`, which a raw Cancel from the Temporal UI, that reaches `run` alone, does not break off."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def uninterrupted(story: Coroutine[Any, Any, T]) -> T:
    """For money under way and what support must decide: neither ends by a button that says no more than *cancel*."""
    told = asyncio.create_task(story)
    while not told.done():
        try:
            await workflow.wait_condition(told.done)
        except asyncio.CancelledError:
            workflow.logger.info("a raw Cancel was passed over")
    return await told
