"""What the schedule `fleet-sweep` starts every minute."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.fleet import WORKFLOW, SweepRequest, SweepResult

    from workflows import policies


@workflow.defn(name=WORKFLOW)
class FleetSweep:
    """One activity; what it could not do, the next minute's does."""

    @workflow.run
    async def run(self) -> SweepResult:
        result: SweepResult = await workflow.execute_activity(
            "fleet.sweep",
            SweepRequest(at=workflow.now()),
            result_type=SweepResult,
            summary="Tell running bookings what they are behind with",
            **policies.SWEEP,
        )
        return result
