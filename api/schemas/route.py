"""A walk's route over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class RouteFigures(Schema):
    """`distance_m` lies between the low and the high estimate and leaves out gaps of more than 2 min (`gap_m`, straight).
    What is neither moving nor paused of `elapsed_s` was not seen. `coverage`: share of the time with a position.
    """

    distance_m: int = Field(examples=[2143])
    distance_low_m: int = Field(examples=[2098])
    distance_high_m: int = Field(examples=[2390])
    gap_m: int = Field(examples=[0])
    elapsed_s: int = Field(examples=[1800])
    moving_s: int = Field(examples=[1562])
    paused_s: int = Field(examples=[238])
    longest_gap_s: int = Field(examples=[4])
    coverage: float = Field(examples=[0.998])
    speed_p95_mps: float | None = Field(examples=[1.71])
    quality: str = Field(
        examples=["good"], description="`good`, `fair`, `poor`, `unknown` or `none`, by claimed accuracy"
    )
    positions: int = Field(examples=[1801])
    positions_used: int = Field(examples=[1796])
    algorithm_version: int = Field(examples=[1])


class RouteView(Schema):
    """`status`: `not_started`, `in_progress` (so far) or `finished`. Before the start there is nothing else."""

    booking_id: UUID
    status: str = Field(examples=["finished"])
    started_at: datetime | None
    finished_at: datetime | None
    polyline: str = Field(examples=["_p~iF~ps|U_ulLnnqC"], description="Encoded polyline, simplified to 5 m")
    polyline_precision: int = Field(examples=[5])
    figures: RouteFigures | None
