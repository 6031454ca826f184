"""The weekly plans' workflows as the API and the relay reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)
from temporalio.service import RPCError, RPCStatusCode

from dogwalk.adapters.starts import RPC_TIMEOUT, start_once
from dogwalk.adapters.updates import execute_update
from dogwalk.contracts import queues
from dogwalk.contracts.plan import WORKFLOW, PlanAcknowledged, PlanState, workflow_id
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from uuid import UUID

    from temporalio.client import Client

    from dogwalk.contracts.base import Payload
    from dogwalk.contracts.plan import PlanRequest


class PlanWorkflows:
    """`command_timeout_s`: how long a command waits for a worker before it is answered `command_pending`."""

    def __init__(self, *, client: Client, task_queue_prefix: str, command_timeout_s: float) -> None:
        self._client = client
        self._task_queue = queues.task_queue(task_queue_prefix, queues.BOOKING)
        self._command_timeout_s = command_timeout_s

    async def start(self, request: PlanRequest) -> None:
        """A repeat finds the workflow running, or over, and is content. Unavailable `plan_pending` without Temporal."""
        try:
            await start_once(
                self._client,
                WORKFLOW,
                request,
                workflow_id=workflow_id(request.plan_id),
                task_queue=self._task_queue,
                summary=f"Weekly plan in {request.area or request.market_id}",
                search_attributes=_search_attributes(request),
            )
        except RPCError as error:
            raise Unavailable("The plan could not be started; repeat it", code="plan_pending") from error

    async def command(self, plan_id: UUID, name: str, payload: Payload, *, update_id: str) -> PlanState:
        """As a booking's: done once under its id."""
        answered = await execute_update(
            self._client.get_workflow_handle(workflow_id(plan_id)),
            name,
            payload,
            update_id=update_id,
            answer=PlanAcknowledged,
            timeout_s=self._command_timeout_s,
            over="This plan has ended",
        )
        return answered.state

    async def exists(self, plan_id: UUID) -> bool:
        try:
            await self._client.get_workflow_handle(workflow_id(plan_id)).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise Unavailable("Temporal is away") from error
        return True


def _search_attributes(request: PlanRequest) -> TypedSearchAttributes:
    keyword = SearchAttributeKey.for_keyword
    return TypedSearchAttributes(
        [
            SearchAttributePair(keyword("Market"), request.market_id),
            SearchAttributePair(keyword("Area"), request.area),
            SearchAttributePair(keyword("OwnerId"), str(request.owner_id)),
        ]
    )
