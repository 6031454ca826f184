"""A tip: taken at once, confirmed by the owner when her bank asks for it, passed on whole to the walker."""

from __future__ import annotations

from contextlib import suppress
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
    from workflows.uninterrupted import uninterrupted

TRY_AGAIN_AFTER = timedelta(hours=1)
CAPTURED, ACTION_REQUIRED, UNKNOWN = "captured", "action_required", "unknown"
OPEN = frozenset({ACTION_REQUIRED, UNKNOWN})


@workflow.defn(name=WORKFLOW)
class Tip:
    @workflow.init
    def __init__(self, request: TipRequest) -> None:
        self._request = request
        self._status: str | None = None
        self._is_announced = False

    @workflow.run
    async def run(self, _request: TipRequest) -> TipAnswer:
        return await uninterrupted(self._story())

    async def _story(self) -> TipAnswer:
        await self._take(calls.charge_tip(self._step()))
        if self._status in OPEN:
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
        """Every word of Stripe is followed by a question. When her time is over, what is not taken is let go of, however
        often that must be tried: taken later, it would be passed on by nobody.
        """
        deadline = workflow.now() + timedelta(seconds=self._request.action_ttl_s)
        while self._status in OPEN:
            left = deadline - workflow.now()
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._is_announced,
                    timeout=left if left > timedelta(0) else TRY_AGAIN_AFTER,
                    timeout_summary="The owner confirms",
                )
            self._is_announced = False
            await self._take(calls.look_at_tip(self._step(is_last=workflow.now() >= deadline)))

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

    def _step(self, *, is_last: bool = False) -> TipStep:
        request = self._request
        return TipStep(booking_id=request.booking_id, number=request.number, at=workflow.now(), is_last=is_last)

    def _answer(self) -> TipAnswer:
        return TipAnswer(status=self._status or UNKNOWN)
