"""The bookings' workflows as API, relay and sweep reach them: start, command, signal. Temporal's failures become ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)
from temporalio.service import RPCError, RPCStatusCode

from dogwalk.adapters.starts import RPC_TIMEOUT, start_once
from dogwalk.adapters.updates import execute_update
from dogwalk.contracts import queues, tip
from dogwalk.contracts.booking import WORKFLOW, Acknowledged, BookingState, booking_of, workflow_id
from dogwalk.errors import Unavailable
from dogwalk.ports import Fate, LastRun

if TYPE_CHECKING:
    from uuid import UUID

    from temporalio.client import Client

    from dogwalk.contracts.base import Payload
    from dogwalk.contracts.booking import BookingRequest, FenceCrossed, OfferWithdrawn, RungReached
    from dogwalk.contracts.support import AreaNotice, Delay, SupportCommand

LISTED_MAX = 200
ENDED_BADLY = (
    'WorkflowType = "{workflow}" AND TaskQueue = "{queue}" '
    'AND ExecutionStatus IN ("Terminated", "Failed", "TimedOut", "Canceled")'
)
PAYMENT_CHANGED = "payment_changed"
PAY_FREED = "pay_freed"
REPORT_WRITTEN = "report_written"
RUNG_REACHED = "rung_reached"
FENCE_CROSSED = "fence_crossed"
EVIDENCE_READY = "evidence_ready"
OFFER_WITHDRAWN = "offer_withdrawn"


class BookingWorkflows:
    """`command_timeout_s`: how long a command waits for a worker before it is answered `command_pending`."""

    def __init__(self, *, client: Client, task_queue_prefix: str, command_timeout_s: float) -> None:
        self._client = client
        self._task_queue = queues.task_queue(task_queue_prefix, queues.BOOKING)
        self._command_timeout_s = command_timeout_s

    async def start(self, request: BookingRequest) -> None:
        """A repeat finds the workflow running, or over, and is content. Unavailable `booking_pending` without Temporal."""
        try:
            await start_once(
                self._client,
                WORKFLOW,
                request,
                workflow_id=workflow_id(request.booking_id),
                task_queue=self._task_queue,
                summary=f"Walk in {request.area or request.market_id}, {request.starts_at:%Y-%m-%d %H:%M}Z",
                search_attributes=_search_attributes(request),
            )
        except RPCError as error:
            raise Unavailable("The booking could not be started; repeat it", code="booking_pending") from error

    async def command(self, booking_id: UUID, name: str, payload: Payload, *, update_id: str) -> BookingState:
        """The booking after the command. Raises what the workflow refused it with; NotFound `workflow_over` once the
        workflow has ended; Unavailable `command_pending` when no worker answered: repeat under the same id.
        """
        answered = await execute_update(
            self._client.get_workflow_handle(workflow_id(booking_id)),
            name,
            payload,
            update_id=update_id,
            answer=Acknowledged,
            timeout_s=self._command_timeout_s,
            over="This booking is over",
        )
        return answered.state

    async def payment_changed(self, booking_id: UUID) -> None:
        """A signal: it waits for a worker, not for us. A workflow that is over needs no word."""
        await self._signal(booking_id, PAYMENT_CHANGED)

    async def pay_freed(self, booking_id: UUID) -> None:
        await self._signal(booking_id, PAY_FREED)

    async def report_written(self, booking_id: UUID) -> None:
        await self._signal(booking_id, REPORT_WRITTEN)

    async def tip_changed(self, booking_id: UUID, number: int) -> None:
        await self._signal_to(tip.workflow_id(booking_id, number), PAYMENT_CHANGED)

    async def rung_reached(self, booking_id: UUID, reached: RungReached) -> None:
        await self._signal(booking_id, RUNG_REACHED, reached)

    async def fence_crossed(self, booking_id: UUID, crossed: FenceCrossed) -> None:
        await self._signal(booking_id, FENCE_CROSSED, crossed)

    async def offer_withdrawn(self, booking_id: UUID, withdrawn: OfferWithdrawn) -> None:
        await self._signal(booking_id, OFFER_WITHDRAWN, withdrawn)

    async def cancel_free(self, booking_id: UUID, command: SupportCommand) -> None:
        await self._signal(booking_id, "cancel_free", command)

    async def area_notice(self, booking_id: UUID, notice: AreaNotice) -> None:
        await self._signal(booking_id, "area_notice", notice)

    async def delay(self, booking_id: UUID, delay: Delay) -> None:
        await self._signal(booking_id, "delay", delay)

    async def evidence_ready(self, booking_id: UUID) -> None:
        await self._signal(booking_id, EVIDENCE_READY)

    async def exists(self, booking_id: UUID) -> bool:
        return (await self.last_run(booking_id)).fate is not Fate.LOST

    async def last_run(self, booking_id: UUID) -> LastRun:
        try:
            found = await self._client.get_workflow_handle(workflow_id(booking_id)).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return LastRun(fate=Fate.LOST)
            raise Unavailable("Temporal is away") from error
        fate = Fate.RUNNING if found.status is WorkflowExecutionStatus.RUNNING else Fate.ENDED
        return LastRun(fate=fate, run_id=found.run_id)

    async def ended_badly(self) -> list[UUID]:
        query = ENDED_BADLY.format(workflow=WORKFLOW, queue=self._task_queue)
        try:
            listed = self._client.list_workflows(query, limit=LISTED_MAX, rpc_timeout=RPC_TIMEOUT)
            return [booking_of(found.id) async for found in listed]
        except RPCError as error:
            raise Unavailable("Temporal is away") from error

    async def _signal(self, booking_id: UUID, name: str, *payload: Payload) -> None:
        await self._signal_to(workflow_id(booking_id), name, *payload)

    async def _signal_to(self, id_: str, name: str, *payload: Payload) -> None:
        handle = self._client.get_workflow_handle(id_)
        try:
            await handle.signal(name, args=payload, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Unavailable("Temporal is away") from error


def _search_attributes(request: BookingRequest) -> TypedSearchAttributes:
    keyword = SearchAttributeKey.for_keyword
    return TypedSearchAttributes(
        [
            SearchAttributePair(keyword("BookingStatus"), "requested"),
            SearchAttributePair(keyword("Market"), request.market_id),
            SearchAttributePair(keyword("Area"), request.area),
            SearchAttributePair(keyword("OwnerId"), str(request.owner_id)),
            SearchAttributePair(SearchAttributeKey.for_datetime("StartsAt"), request.starts_at),
        ]
    )
