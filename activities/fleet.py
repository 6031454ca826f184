"""The fleet's sweep, started by a schedule (workers/schedules.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.fleet import SweepRequest, SweepResult

if TYPE_CHECKING:
    from dogwalk.services.fleet.sweep import FleetSweep

LAST_SWEEP = "dogwalk_fleet_sweep_timestamp_seconds"


class FleetActivities:
    def __init__(self, *, sweep: FleetSweep) -> None:
        self._sweep = sweep

    @activity.defn(name="fleet.sweep")
    async def sweep(self, request: SweepRequest) -> SweepResult:
        """May be repeated: what was told is not told again."""
        with as_application_error():
            result = await self._sweep.sweep(at=request.at)
        gauge = activity.metric_meter().create_gauge_float(LAST_SWEEP, "When the fleet was last swept", "s")
        gauge.set(request.at.timestamp())
        return result
