"""Activities of a claim, on the booking queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.claim import ClaimStep, PressResult

if TYPE_CHECKING:
    from dogwalk.ports import RunningBookings
    from dogwalk.services.claim import Claims


class ClaimActivities:
    def __init__(self, *, claims: Claims, running: RunningBookings) -> None:
        self._claims = claims
        self._running = running

    @activity.defn(name="claim.press")
    async def press(self, step: ClaimStep) -> PressResult:
        with as_application_error():
            return PressResult(is_decided=await self._claims.press(step))

    @activity.defn(name="claim.settle")
    async def settle(self, step: ClaimStep) -> None:
        """The booking may pay now, if its workflow waits for that."""
        with as_application_error():
            await self._claims.settle(step)
            await self._running.pay_freed(step.booking_id)
