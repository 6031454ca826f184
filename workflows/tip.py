"""A tip: taken at once, confirmed by the owner when her bank asks for it, passed on whole to the walker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

if TYPE_CHECKING:
    from collections.abc import Awaitable

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.tip import WORKFLOW, ChargeTipResult, TipAnswer, TipRequest, TipStep

    from workflows import calls
    from workflows.commands import our_command

TRY_AGAIN_AFTER = timedelta(hours=1)
CAPTURED, ACTION_REQUIRED, UNKNOWN = "captured", "action_required", "unknown"


@workflow.defn(name=WORKFLOW)
class Tip:
    @workflow.init
    def __init__(self, request: TipRequest) -> None:
        self._request = request
        self._status: str | None = None
        self._is_announced = False

    @workflow.run
    async def run(self, _request: TipRequest) -> TipAnswer:
        await self._take(calls.charge_tip(self._step()))
        if self._status in {ACTION_REQUIRED, UNKNOWN}:
            await self._wait_for_the_owner()
        if self._status == CAPTURED:
            await self._pass_on()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._answer()

    @our_command
    async def tried(self) -> TipAnswer:
        """What came of the first try."""
        await workflow.wait_condition(lambda: self._status is not None)
        return self._answer()

    @workflow.signal
    def payment_changed(self) -> None:
        """Stripe announced something of this tip: asked, not believed."""
        self._is_announced = True

    async def _wait_for_the_owner(self) -> None:
        """Every word of Stripe is followed by a question, and so is the end of the time she has."""
        deadline = workflow.now() + timedelta(seconds=self._request.action_ttl_s)
        while self._status in {ACTION_REQUIRED, UNKNOWN} and workflow.now() < deadline:
            try:
                await workflow.wait_condition(
                    lambda: self._is_announced,
                    timeout=max(deadline - workflow.now(), timedelta(0)),
                    timeout_summary="The owner confirms",
                )
            except TimeoutError:
                workflow.logger.info("the time to confirm is over: asked once more")
            self._is_announced = False
            await self._take(calls.look_at_tip(self._step()))

    async def _take(self, asked: Awaitable[ChargeTipResult]) -> None:
        try:
            self._status = (await asked).status
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._status = UNKNOWN

    async def _pass_on(self) -> None:
        """Taken from the owner, it is the walker's: tried until it is hers."""
        while True:
            try:
                return await calls.pass_on_tip(self._step())
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                await workflow.sleep(TRY_AGAIN_AFTER, summary="Try again")

    def _step(self) -> TipStep:
        return TipStep(booking_id=self._request.booking_id, number=self._request.number, at=workflow.now())

    def _answer(self) -> TipAnswer:
        return TipAnswer(status=self._status or UNKNOWN)
