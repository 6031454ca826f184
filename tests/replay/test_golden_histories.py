"""Every booking and plan that runs in production was started by an older build: what it recorded must replay on this one.

Made with `RECORD_HISTORIES=folder pytest tests/workflows`; a file here is never made again, only joined by newer ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.workflow import NondeterminismError

from dogwalk.contracts.booking import WORKFLOW, BookingRequest, BookingState
from tests.support.histories import KeptHistory, replay
from workflows.booking import Booking

GOLDEN = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    assert await replay(KeptHistory.load(path)) is None


@workflow.defn(name=WORKFLOW, sandboxed=False)
class WalkerBeforeHold(Booking):
    """The same steps, two of them the other way round."""

    @workflow.init
    def __init__(self, request: BookingRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: BookingRequest) -> BookingState:
        return await super().run(request)

    async def _story(self) -> None:
        await self._matching.find_walker()
        await self._hold.place()
        await self._walk.take_place()
        await self._ending.settle()


async def test_a_reordered_workflow_is_caught() -> None:
    [walk] = [path for path in GOLDEN if path.stem == "completed"]
    failure = await replay(KeptHistory.load(walk), WalkerBeforeHold)
    assert isinstance(failure, NondeterminismError)
