"""A workflow with a mistake in it, for the sandbox to find: it has a file of its own, as the sandbox loads all of it."""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import WORKFLOW, BookingRequest, BookingState
    from workflows.booking import Booking


@workflow.defn(name=WORKFLOW)
class ByTheWallClock(Booking):
    @workflow.init
    def __init__(self, request: BookingRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: BookingRequest) -> BookingState:
        return await super().run(request)

    async def _story(self) -> None:
        self._began_at = datetime.now(UTC)
        await super()._story()
