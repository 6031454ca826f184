"""Starting what follows a booking without belonging to it: the workflow of a debt, which outlives the booking's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from dogwalk.contracts.debt import WORKFLOW, DebtRequest, workflow_id

if TYPE_CHECKING:
    from temporalio.client import Client


class DunningStarter:
    """Starts `Debt` once a booking. What fails is raised: the activity is tried again, and with it this."""

    def __init__(self, *, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, request: DebtRequest) -> None:
        try:
            await self._client.start_workflow(
                WORKFLOW,
                request,
                id=workflow_id(request.booking_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"Debt of booking {request.booking_id}",
                rpc_timeout=timedelta(seconds=5),
            )
        except WorkflowAlreadyStartedError:
            return
