"""Tasks that run for as long as their process does."""

from __future__ import annotations

import asyncio

ASK_AGAIN_AFTER_S = 1.0


async def end(task: asyncio.Task[None]) -> None:
    """Returns when it has ended. A cancellation may be lost in a library that was just about to return (Python 3.11): it
    is asked again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=ASK_AGAIN_AFTER_S)
