"""Starting a workflow once by its id: a repeat finds it running, or over, and is content."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.common import TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.contracts.base import Payload

RPC_TIMEOUT = timedelta(seconds=5)
NO_ATTRIBUTES = TypedSearchAttributes.empty


async def start_once(
    client: Client,
    workflow: str,
    request: Payload,
    *,
    workflow_id: str,
    task_queue: str,
    summary: str,
    search_attributes: TypedSearchAttributes = NO_ATTRIBUTES,
) -> None:
    """Raises RPCError without Temporal: what that means to whoever asked is the caller's to say."""
    try:
        await client.start_workflow(
            workflow,
            request,
            id=workflow_id,
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=search_attributes,
            static_summary=summary,
            rpc_timeout=RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        return
