"""The floor of B1: `python -m tests.bench.bare_walk`, a worker of a workflow that has as many activities, timers, updates
and upserts as a plain walk, and whose activities do nothing.

5 activities, 4 local ones, 3 timers, 5 updates, 2 upserts, and 8 standalone activities that these start, as a walk's start
the delivery of its messages (B2 counts them). Nothing is encrypted, nothing written but by Temporal.
"""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.worker import Worker

TASK_QUEUE = "bare-walk"
STATUS = SearchAttributeKey.for_keyword("BookingStatus")
FIRST, LAST = "accept", "finish"
STEPS = (FIRST, "on_the_way", "arrive", "start", LAST)
OFFERED, WALKED, PAID_AFTER = timedelta(seconds=30), timedelta(hours=1), timedelta(seconds=2)
WITHIN = timedelta(seconds=60)


@activity.defn(name="nothing")
async def nothing(request: dict[str, str]) -> dict[str, str]:
    return request


class Telling:
    def __init__(self, *, client: Client) -> None:
        self._client = client

    @activity.defn(name="telling")
    async def telling(self, request: dict[str, str]) -> dict[str, str]:
        """Nothing, and then a standalone activity that does nothing."""
        await self._client.start_activity(
            nothing, request, id=f"tell-{uuid4()}", task_queue=TASK_QUEUE, start_to_close_timeout=WITHIN
        )
        return request


@workflow.defn(name="BareWalk")
class BareWalk:
    def __init__(self) -> None:
        self._done: set[str] = set()

    @workflow.run
    async def run(self, request: dict[str, str]) -> None:
        await _regular("nothing", request)  # a hold is nobody's news
        await _local(request)
        await workflow.wait_condition(lambda: FIRST in self._done, timeout=OFFERED)
        workflow.upsert_search_attributes([STATUS.value_set("assigned")])
        await workflow.wait_condition(lambda: LAST in self._done, timeout=WALKED)
        await _regular("telling", request)
        workflow.upsert_search_attributes([STATUS.value_set("completed")])
        await workflow.sleep(PAID_AFTER)
        await _regular("telling", request)

    @workflow.update
    async def step(self, name: str) -> str:
        request = {"step": name}
        await (_regular("telling", request) if name in {FIRST, LAST} else _local(request))
        self._done.add(name)
        return name


async def _regular(name: str, request: dict[str, str]) -> None:
    await workflow.execute_activity(name, request, start_to_close_timeout=WITHIN)


async def _local(request: dict[str, str]) -> None:
    await workflow.execute_local_activity("telling", request, start_to_close_timeout=WITHIN)


async def main() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    with ThreadPoolExecutor() as pool:
        async with Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[BareWalk],
            activities=[nothing, Telling(client=client).telling],
            workflow_task_executor=pool,
        ):
            await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
    os._exit(0)  # the SDK now and then aborts while the interpreter finalises, after all work is done
