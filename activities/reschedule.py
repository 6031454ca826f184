"""Activities of another time for a walk, on the booking queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.booking import (
    DeclineRescheduleRequest,
    LapseRescheduleRequest,
    OpenRescheduleRequest,
    RescheduleRequest,
    RescheduleResult,
)

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from dogwalk.services.booking.reschedule import Reschedules


class RescheduleActivities:
    """Database work only; every method may be repeated with the same request."""

    def __init__(self, *, reschedules: Reschedules, delivery: DeliveryStarter) -> None:
        self._reschedules = reschedules
        self._delivery = delivery

    @activity.defn(name="reschedule.open")
    async def open(self, request: OpenRescheduleRequest) -> None:
        with as_application_error():
            await self._reschedules.open(request)
        await self._delivery.start(request.change)

    @activity.defn(name="reschedule.move")
    async def move(self, request: RescheduleRequest) -> RescheduleResult:
        with as_application_error():
            result = await self._reschedules.move(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="reschedule.decline")
    async def decline(self, request: DeclineRescheduleRequest) -> None:
        with as_application_error():
            await self._reschedules.decline(request)
        await self._delivery.start(request.change)

    @activity.defn(name="reschedule.lapse")
    async def lapse(self, request: LapseRescheduleRequest) -> None:
        with as_application_error():
            await self._reschedules.lapse(request)
        await self._delivery.start(request.change)
