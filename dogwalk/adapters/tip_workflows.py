"""The tips' workflows as the API reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.service import RPCError

from dogwalk.adapters.starts import start_once
from dogwalk.adapters.updates import execute_update
from dogwalk.contracts import queues
from dogwalk.contracts.base import Payload
from dogwalk.contracts.tip import WORKFLOW, TipAnswer, workflow_id
from dogwalk.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.contracts.tip import TipRequest

TRIED = "tried"


class TipWorkflows:
    def __init__(self, *, client: Client, task_queue_prefix: str, command_timeout_s: float) -> None:
        self._client = client
        self._task_queue = queues.task_queue(task_queue_prefix, queues.BOOKING)
        self._command_timeout_s = command_timeout_s

    async def give(self, request: TipRequest, *, update_id: str) -> None:
        """Returns when the card was tried. A repeat finds the workflow running, or over. Unavailable `tip_pending`, or
        `command_pending` while no worker answers: repeat under the same id.
        """
        await self._start(request)
        try:
            await execute_update(
                self._client.get_workflow_handle(workflow_id(request.booking_id, request.number)),
                TRIED,
                Payload(),
                update_id=update_id,
                answer=TipAnswer,
                timeout_s=self._command_timeout_s,
                over="This tip is over",
            )
        except NotFound as error:
            if error.code != "workflow_over":
                raise

    async def _start(self, request: TipRequest) -> None:
        try:
            await start_once(
                self._client,
                WORKFLOW,
                request,
                workflow_id=workflow_id(request.booking_id, request.number),
                task_queue=self._task_queue,
                summary=f"Tip {request.number} of booking {request.booking_id}",
            )
        except RPCError as error:
            raise Unavailable("The tip could not be started; repeat it", code="tip_pending") from error
