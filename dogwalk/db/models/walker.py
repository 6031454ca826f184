"""Walkers: profile, weekly availability, and the calendar in which conflicts are impossible."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, Box, UuidPk


def reach_sql(lat: str, lon: str) -> str:
    """A box of degrees around all she could be asked for: her radius, half as much again in a rescue wave, and 1 % for
    the sphere. Longitude is x.
    """
    half = "service_radius_m * 1.515 / 111195"
    wide = f"{half} / greatest(cos(radians({lat})), 0.01)"
    return f"box(point({lon} - {wide}, {lat} - {half}), point({lon} + {wide}, {lat} + {half}))"


class Walker(Base):
    """`min_rates` maps a service to minor units. `payout_active` mirrors the connected account's transfer capability.
    `two_factor_on` mirrors a confirmed second factor, so that matching asks one table. `on_call_lat`, `on_call_lon`:
    where she waits until `on_call_until`. `reach`, `on_call_reach`: whom she may be asked for lives inside.
    """

    __tablename__ = "walker"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    bio: Mapped[str] = mapped_column(default="")
    home_lat: Mapped[float | None]
    home_lon: Mapped[float | None]
    service_radius_m: Mapped[int] = mapped_column(default=5000)
    max_dogs: Mapped[int] = mapped_column(default=2)
    max_dog_weight_kg: Mapped[float] = mapped_column(default=40.0)
    min_rates: Mapped[dict[str, Any]] = mapped_column(default=dict)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    verified_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    two_factor_on: Mapped[bool] = mapped_column(default=False)
    payout_account_id: Mapped[str | None] = mapped_column(unique=True)
    payout_active: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[float] = mapped_column(default=4.5)
    reviews: Mapped[int] = mapped_column(default=0)
    offers_received: Mapped[int] = mapped_column(default=0)
    offers_accepted: Mapped[int] = mapped_column(default=0)
    late_cancels: Mapped[int] = mapped_column(default=0)
    last_walk_at: Mapped[datetime | None]
    on_call_until: Mapped[datetime | None]
    on_call_lat: Mapped[float | None]
    on_call_lon: Mapped[float | None]
    reach: Mapped[Any] = mapped_column(Box, Computed(reach_sql("home_lat", "home_lon"), persisted=True), deferred=True)
    on_call_reach: Mapped[Any] = mapped_column(
        Box, Computed(reach_sql("on_call_lat", "on_call_lon"), persisted=True), deferred=True
    )
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("service_radius_m BETWEEN 100 AND 50000", name="radius"),
        CheckConstraint("max_dogs BETWEEN 1 AND 10", name="dogs"),
        Index(
            "ix_walker_reach",
            "reach",
            postgresql_using="gist",
            postgresql_where=text("verified_at IS NOT NULL AND two_factor_on AND payout_active"),
        ),
        Index(
            "ix_walker_on_call_reach",
            "on_call_reach",
            postgresql_using="gist",
            postgresql_where=text("on_call_until IS NOT NULL"),
        ),
    )


class FavouriteWalker(Base):
    """An owner's own list: whom she would like to have again."""

    __tablename__ = "favourite_walker"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


class WalkerStrike(Base):
    """A late cancel or a no-show on a walker's public record. `waived_at`: taken back, by a late
    proof or by support.
    """

    __tablename__ = "walker_strike"

    id: Mapped[UuidPk]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id", ondelete="CASCADE"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    assignment_no: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    waived_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("booking_id", "assignment_no", "kind"),
        CheckConstraint("kind IN ('late_cancel','no_show')", name="kind"),
        Index("ix_walker_strike_walker", "walker_id", text("at DESC")),
    )


class StrikeAppeal(Base):
    """A walker's word against a strike of hers, and what support decided. `answer` is what she reads of it. state:
    open → lifted | kept.
    """

    __tablename__ = "strike_appeal"

    id: Mapped[UuidPk]
    strike_id: Mapped[UUID] = mapped_column(ForeignKey("walker_strike.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[str]
    state: Mapped[str]
    answer: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('open','lifted','kept')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
    )


class WeeklyAvailability(Base):
    """Wall time in the walker's own zone; weekday 0 is Monday; `to_time` 00:00 means the end of the day."""

    __tablename__ = "weekly_availability"

    id: Mapped[UuidPk]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    from_time: Mapped[time]
    to_time: Mapped[time]

    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)


class WalkerCalendar(Base):
    """Every interval a walker is not free. `blocked` = [starts_at, ends_at + travel_buffer); two live ones of a walker
    never overlap (23P01 `ex_walker_calendar_no_overlap`), and a booking has one live assignment.
    """

    __tablename__ = "walker_calendar"

    id: Mapped[UuidPk]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id", ondelete="CASCADE"))
    kind: Mapped[str]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    assignment_no: Mapped[int | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    travel_buffer: Mapped[timedelta] = mapped_column(default=timedelta())
    blocked: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    live: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('assignment','tentative','time_off')", name="kind"),
        CheckConstraint("blocked = tstzrange(starts_at, ends_at + travel_buffer, '[)')", name="blocked"),
        CheckConstraint("ends_at > starts_at", name="order"),
        ExcludeConstraint(
            ("walker_id", "="),
            ("blocked", "&&"),
            name="ex_walker_calendar_no_overlap",
            using="gist",
            where=text("live"),
        ),
        Index(
            "uq_walker_calendar_live_assignment",
            "booking_id",
            unique=True,
            postgresql_where=text("live AND kind = 'assignment'"),
        ),
    )
