"""Weekly plans: what was asked for, what was made of it, and the week's statements. Written by the plan's workflow alone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Plan(Base):
    """Dates are local to the home. `revealed_at` is null between the reservation of the id and the workflow's start."""

    __tablename__ = "plan"

    id: Mapped[UuidPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('active','paused','ended')", name="status"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        Index("ix_plan_owner", "owner_id", text("created_at DESC"), text("id DESC")),
        Index("ix_plan_unstarted", "created_at", postgresql_where=text("revealed_at IS NULL")),
    )


class PlanTerms(Base):
    """What is walked in a span of days. `number` is the plan's version that brought it; the greater wins."""

    __tablename__ = "plan_terms"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[date]
    effective_until: Mapped[date | None]
    service: Mapped[str]
    dog_ids: Mapped[list[UUID]]
    preferred_walker_ids: Mapped[list[UUID]]
    payment_method_id: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("effective_until >= effective_from", name="order"),)


class PlanWeekly(Base):
    """Weekday 0 is Monday; `at` is the wall time at home, through every change of the clock."""

    __tablename__ = "plan_weekly"

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[time] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "number"], ["plan_terms.plan_id", "plan_terms.number"], ondelete="CASCADE"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )


class PlanBreak(Base):
    """Days without a walk. `number` is the plan's version that brought it; a pause has no `last_on` until it is resumed."""

    __tablename__ = "plan_break"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('skip','vacation','pause')", name="kind"),
        CheckConstraint("last_on >= first_on", name="order"),
        CheckConstraint("kind = 'pause' OR last_on IS NOT NULL", name="known_end"),
    )


class PlanOccurrence(Base):
    """One walk of the series, once by (plan, local date, wall time) under any repeat. `round` counts how often it was
    made: with it `booking_id` follows from the key, so that a second try finds the booking of the first.
    """

    __tablename__ = "plan_occurrence"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[time] = mapped_column(primary_key=True)
    round: Mapped[int]
    terms_number: Mapped[int]
    starts_at: Mapped[datetime]
    booking_id: Mapped[UUID] = mapped_column(unique=True)
    state: Mapped[str]
    code: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("state IN ('due','booked','broken','dropped','kept')", name="state"),)


class PlanStatement(Base):
    """What one week of a plan (Monday to Sunday at home) came to, as it stood when the statement was made. `lines` is a
    list of {booking_id, starts_at, outcome, captured, refunded} in minor units.
    """

    __tablename__ = "plan_statement"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    week_of: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str]
    walks: Mapped[int]
    captured: Mapped[int]
    refunded: Mapped[int]
    lines: Mapped[list[Any]]
    created_at: Mapped[datetime]
