"""Walks as phones saw them. Positions are partitioned by day and leave Postgres for entitled viewers only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Walk(Base):
    """One assignment's walk. Positions count from `opens_at` (10 min before on-the-way) until `closes_at` (48 h after
    the finish). Policy, frozen: `max_ahead_s` is how far a position's time may run ahead of the clock, `shown_within_m`
    how near to home the owner sees the walker before the start. `state` is the ingest's running fence and statistics
    state, written in the positions' own transaction. `fences` are the owner's own, copied at the start. `late_at`: since
    when there are positions that came after the finish and no verdict has seen; `evidence_complete`: none that may still
    come can change it. `heard_until`: of a walk that nobody finished, so that its end was dated back: positions until then
    may still date it later.
    """

    __tablename__ = "walk"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    assignment_no: Mapped[int]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id"))
    owner_id: Mapped[UUID]
    home_lat: Mapped[float]
    home_lon: Mapped[float]
    home_radius_m: Mapped[float] = mapped_column(default=75.0)
    max_ahead_s: Mapped[int] = mapped_column(default=120)
    shown_within_m: Mapped[float] = mapped_column(default=300.0)
    opens_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    heard_until: Mapped[datetime | None]
    primary_device_id: Mapped[UUID | None]
    last_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    evidence_complete: Mapped[bool] = mapped_column(default=False)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fences: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("booking_id", "assignment_no"),
        Index("ix_walk_late", "late_at", postgresql_where=text("late_at IS NOT NULL AND NOT evidence_complete")),
    )


class FenceEdge(Base):
    """The `n`th crossing of one of the owner's fences on a walk, written with the positions that showed it. What is news
    is passed on to the booking's workflow, and `told_at` says so.
    """

    __tablename__ = "fence_edge"

    walk_id: Mapped[UUID] = mapped_column(ForeignKey("walk.id", ondelete="CASCADE"), primary_key=True)
    fence_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    is_entering: Mapped[bool]
    at: Mapped[datetime]
    is_late: Mapped[bool]
    is_news: Mapped[bool]
    found_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_fence_edge_untold", "found_at", postgresql_where=text("is_news AND told_at IS NULL")),)


class TrackingSession(Base):
    """A phone's write-only credential for one walk; `id` is its device id. Outlives the access token."""

    __tablename__ = "tracking_session"

    id: Mapped[UuidPk]
    walk_id: Mapped[UUID] = mapped_column(ForeignKey("walk.id", ondelete="CASCADE"), index=True)
    walker_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Position(Base):
    __tablename__ = "position"

    walk_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    seq: Mapped[int | None]
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[float | None]
    speed_mps: Mapped[float | None]
    heading_deg: Mapped[float | None]
    battery: Mapped[float | None]
    flags: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]

    __table_args__ = ({"postgresql_partition_by": "RANGE (at)"},)


class QuarantinedPosition(Base):
    """Answered 202, counted, kept apart with the reason: a refused position would block a phone's queue for ever."""

    __tablename__ = "quarantined_position"

    id: Mapped[UuidPk]
    walk_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    code: Mapped[str]
    raw: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]

    __table_args__ = (Index("ix_quarantined_position_walk", "walk_id"),)


class Track(Base):
    """A walk at rest: fixed records, compressed, with the figures and the version of what computed them."""

    __tablename__ = "track"

    walk_id: Mapped[UUID] = mapped_column(ForeignKey("walk.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int]
    t0: Mapped[datetime | None]
    t1: Mapped[datetime | None]
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    polyline: Mapped[str]
    stats: Mapped[dict[str, Any]]
    verdict: Mapped[dict[str, Any] | None]
    algorithm_version: Mapped[int]
    sha256: Mapped[str]
    updated_at: Mapped[datetime]
