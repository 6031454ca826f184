"""Starting what follows a booking without belonging to it: the workflow of a debt, which outlives the booking's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.adapters.starts import start_once
from dogwalk.contracts.debt import WORKFLOW, DebtRequest, workflow_id

if TYPE_CHECKING:
    from temporalio.client import Client


class DunningStarter:
    """Starts `Debt` once a booking. What fails is raised: the activity is tried again, and with it this."""

    def __init__(self, *, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, request: DebtRequest) -> None:
        await start_once(
            self._client,
            WORKFLOW,
            request,
            workflow_id=workflow_id(request.booking_id),
            task_queue=self._task_queue,
            summary=f"Debt of booking {request.booking_id}",
        )
