"""A recorded walk in the few numbers its booking knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import WalkSummary

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.services.tracking.walk import Recorded


def summary_of(
    recorded: Recorded, *, arrived_at: datetime | None, started_at: datetime | None, finished_at: datetime | None
) -> WalkSummary:
    """The times where positions say otherwise than the taps."""
    return WalkSummary(
        distance_m=round(recorded.distance_m),
        moving_s=round(recorded.moving_s),
        duration_s=round(recorded.duration_s),
        positions=recorded.positions_stored,
        verdict=recorded.verdict["kind"],
        reasons=recorded.verdict["reasons"],
        served_s=round(recorded.verdict["served_s"]),
        evidence_complete=recorded.evidence_complete,
        arrived_at=arrived_at,
        started_at=started_at,
        finished_at=finished_at,
    )
