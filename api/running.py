"""The bookings' and the plans' workflows as routes reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.adapters.plan_workflows import PlanWorkflows
from dogwalk.errors import DogwalkError, NotFound, WrongState

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.contracts.base import Payload
    from dogwalk.services.booking.reading import BookingReader


async def _running(request: Request) -> BookingWorkflows:
    resources = request.app.state.resources
    return BookingWorkflows(
        client=request.app.state.temporal,
        task_queue_prefix=resources.settings.task_queue_prefix,
        command_timeout_s=resources.settings.command_timeout_s,
    )


async def _running_plans(request: Request) -> PlanWorkflows:
    resources = request.app.state.resources
    return PlanWorkflows(
        client=request.app.state.temporal,
        task_queue_prefix=resources.settings.task_queue_prefix,
        command_timeout_s=resources.settings.command_timeout_s,
    )


Running = Annotated[BookingWorkflows, Depends(_running)]
RunningPlans = Annotated[PlanWorkflows, Depends(_running_plans)]


async def command(
    running: BookingWorkflows, reader: BookingReader, *, booking_id: UUID, name: str, payload: Payload, update_id: str
) -> None:
    """Sends a command whose sender is known to be a party. Once the workflow has ended, the booking's last state says
    what it no longer takes.
    """
    try:
        await running.command(booking_id, name, payload, update_id=update_id)
    except NotFound as error:
        raise await _over(reader, booking_id, error) from error


async def _over(reader: BookingReader, booking_id: UUID, error: NotFound) -> DogwalkError:
    if error.code != "workflow_over":
        return error
    status = await reader.status(booking_id)
    return WrongState(f"The booking is {status}", status=status, expected=[])
