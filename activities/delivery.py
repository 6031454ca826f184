"""Sending what a change left in the outbox, as a standalone activity: it costs the booking no action and no event."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.common import ActivityIDConflictPolicy, ActivityIDReusePolicy, RetryPolicy
from temporalio.service import RPCError

from dogwalk.contracts import queues
from dogwalk.contracts.booking import Change, Deliver

if TYPE_CHECKING:
    from temporalio.client import Client

logger = logging.getLogger(__name__)

ACTIVITY = "notification.deliver"


def batch_of(change: Change) -> str:
    """What one change leaves in the outbox, named as `dogwalk.domain.notification` names it."""
    return f"{change.booking_id}:{change.version}"


class DeliveryStarter:
    """Starts `notification.deliver` once a batch. Failing to is no failure: the relay finds what lies unsent."""

    def __init__(self, *, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, change: Change) -> None:
        await self.start_batch(batch_of(change))

    async def start_batch(self, batch: str) -> None:
        try:
            await self._client.start_activity(
                ACTIVITY,
                Deliver(batch=batch),
                id=f"deliver-{batch}",
                task_queue=self._task_queue,
                start_to_close_timeout=timedelta(seconds=60),
                schedule_to_close_timeout=timedelta(hours=6),
                retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=2)),
                id_reuse_policy=ActivityIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
                rpc_timeout=timedelta(seconds=2),
                summary="Tell people",
            )
        except RPCError as error:
            logger.warning("delivery not started, the relay will find it: %s", error.status.name)


def notification_queue(prefix: str) -> str:
    return queues.task_queue(prefix, queues.NOTIFICATION)
