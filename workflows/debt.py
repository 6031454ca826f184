"""What an owner owes for a service no hold could pay: tried again for a while, she is told each time.

It may be paid by hand at any time, this workflow running or over; each try finds out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

if TYPE_CHECKING:
    from datetime import datetime

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.debt import WORKFLOW, ChargeDebtRequest, DebtRequest

    from workflows import calls
    from workflows.uninterrupted import uninterrupted


@workflow.defn(name=WORKFLOW)
class Debt:
    @workflow.run
    async def run(self, request: DebtRequest) -> bool:
        """Whether it was paid. One that was not stays open, and its owner books nothing new."""
        return await uninterrupted(self._story(request))

    async def _story(self, request: DebtRequest) -> bool:
        opened_at = workflow.now()
        for number, after_s in enumerate((0, *request.policy.retry_after_s), start=1):
            await self._sleep_until(opened_at + timedelta(seconds=after_s))
            if await self._is_paid(request, number):
                return True
        return False

    async def _sleep_until(self, moment: datetime) -> None:
        wait = moment - workflow.now()
        if wait > timedelta(0):
            await workflow.sleep(wait, summary="The next try")

    async def _is_paid(self, request: DebtRequest, number: int) -> bool:
        try:
            result = await calls.charge_debt(
                ChargeDebtRequest(booking_id=request.booking_id, number=number, at=workflow.now())
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return False
        return result.paid
