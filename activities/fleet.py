"""The fleet's sweep, started by a schedule (workers/schedules.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.fleet import SweepRequest, SweepResult

if TYPE_CHECKING:
    from dogwalk.services.fleet.sweep import FleetSweep
    from dogwalk.services.payment.balance import BalanceWatch, Cover

LAST_SWEEP = "dogwalk_fleet_sweep_timestamp_seconds"
BALANCE_AVAILABLE, BALANCE_NEEDED = "dogwalk_stripe_balance_available", "dogwalk_stripe_balance_needed"


class FleetActivities:
    def __init__(self, *, sweep: FleetSweep, balance: BalanceWatch) -> None:
        self._sweep = sweep
        self._balance = balance

    @activity.defn(name="fleet.sweep")
    async def sweep(self, request: SweepRequest) -> SweepResult:
        """May be repeated: what was told is not told again. Then our balance at Stripe is looked at."""
        with as_application_error():
            result = await self._sweep.sweep(at=request.at)
        gauge = activity.metric_meter().create_gauge_float(LAST_SWEEP, "When the fleet was last swept", "s")
        gauge.set(request.at.timestamp())
        with as_application_error():
            for cover in await self._balance.look(at=request.at):
                _measure(cover)
        return result


def _measure(cover: Cover) -> None:
    meter = activity.metric_meter().with_additional_attributes({"currency": cover.currency})
    meter.create_gauge(BALANCE_AVAILABLE, "Of ours at Stripe, in minor units").set(max(cover.available, 0))
    meter.create_gauge(BALANCE_NEEDED, "What the platform adds to pay within a day").set(cover.needed)
