from __future__ import annotations

import asyncio
import contextlib

from dogwalk.services.background import end


async def test_a_task_that_loses_its_first_cancellation_is_ended_all_the_same() -> None:
    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()


async def test_a_task_that_is_over_needs_no_end() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    await end(task)
    assert not task.cancelled()
