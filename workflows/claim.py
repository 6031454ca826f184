"""A claim: decided by support within its time or pressed for, and the walker's pay set free afterwards. What the owner is
given back is a refund of the booking's own.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.claim import WORKFLOW, ClaimRequest, ClaimStep

    from workflows import calls
    from workflows.uninterrupted import uninterrupted


@workflow.defn(name=WORKFLOW)
class Claim:
    @workflow.init
    def __init__(self, request: ClaimRequest) -> None:
        self._request = request
        self._is_decided = False

    @workflow.run
    async def run(self, request: ClaimRequest) -> None:
        await uninterrupted(self._story(request))

    async def _story(self, request: ClaimRequest) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._is_decided,
                timeout=max(request.decide_by - workflow.now(), timedelta(0)),
                timeout_summary="Support decides",
            )
        except TimeoutError:
            pressed = await calls.press_for_claim(self._step())
            await workflow.wait_condition(lambda: self._is_decided or pressed.is_decided)
        await calls.settle_claim(self._step())

    @workflow.signal
    def decided(self) -> None:
        """It stands in Postgres how."""
        self._is_decided = True

    def _step(self) -> ClaimStep:
        return ClaimStep(claim_id=self._request.claim_id, booking_id=self._request.booking_id, at=workflow.now())
