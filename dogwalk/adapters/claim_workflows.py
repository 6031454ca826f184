"""The claims' workflows as the API reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.service import RPCError, RPCStatusCode

from dogwalk.adapters.starts import RPC_TIMEOUT, start_once
from dogwalk.contracts import queues
from dogwalk.contracts.claim import WORKFLOW, workflow_id
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from uuid import UUID

    from temporalio.client import Client

    from dogwalk.contracts.claim import ClaimRequest


class ClaimWorkflows:
    def __init__(self, *, client: Client, task_queue_prefix: str) -> None:
        self._client = client
        self._task_queue = queues.task_queue(task_queue_prefix, queues.BOOKING)

    async def start(self, request: ClaimRequest) -> None:
        """A repeat finds the workflow running, or over, and is content. Unavailable `claim_pending` without Temporal."""
        try:
            await start_once(
                self._client,
                WORKFLOW,
                request,
                workflow_id=workflow_id(request.claim_id),
                task_queue=self._task_queue,
                summary=f"Claim on booking {request.booking_id}",
            )
        except RPCError as error:
            raise Unavailable("The claim could not be started; repeat it", code="claim_pending") from error

    async def decided(self, claim_id: UUID) -> None:
        """A signal: it waits for a worker, not for us."""
        try:
            await self._client.get_workflow_handle(workflow_id(claim_id)).signal("decided", rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Unavailable("Temporal is away; repeat it", code="claim_pending") from error
