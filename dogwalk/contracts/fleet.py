"""What goes into and comes out of the fleet's sweep: times and numbers, no bookings, so that a minute costs bytes."""

from __future__ import annotations

from datetime import datetime

from dogwalk.contracts.base import Payload

WORKFLOW = "FleetSweep"
SCHEDULE = "fleet-sweep"


class SweepRequest(Payload):
    """`at`: the sweep's business time."""

    at: datetime


class SweepResult(Payload):
    """`found`: rungs and late positions that bookings were not told of; `told` of them arrived."""

    found: int
    told: int
