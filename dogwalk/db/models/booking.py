"""The projection of each booking's workflow, what it was priced from, who was asked, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Quote(Base):
    """Binding for 15 minutes whoever accepts. `lines` is a list of {kind, amount, funded_by}."""

    __tablename__ = "quote"

    id: Mapped[UuidPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    dog_ids: Mapped[list[UUID]]
    service: Mapped[str]
    starts_at: Mapped[datetime]
    asap: Mapped[bool]
    walker_id: Mapped[UUID | None]
    market_id: Mapped[str]
    policy_version: Mapped[str]
    currency: Mapped[str]
    lines: Mapped[list[Any]]
    total: Mapped[int]
    walker_earns: Mapped[int]
    platform_fee: Mapped[int]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Booking(Base):
    """Written by its workflow's activities alone, a greater `version` over a smaller one. `revealed_at` is null between
    the reservation of the id and the workflow's start: shown to nobody. A `total` of 0 is a meeting: it has no customer
    and no card.
    """

    __tablename__ = "booking"

    id: Mapped[UuidPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id"))
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quote.id"), unique=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    market_id: Mapped[str]
    policy_version: Mapped[str]
    service: Mapped[str]
    asap: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    original_starts_at: Mapped[datetime | None]
    time_zone: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    preferred_walker_ids: Mapped[list[UUID]] = mapped_column(default=list)
    currency: Mapped[str]
    lines: Mapped[list[Any]]
    total: Mapped[int]
    walker_earns: Mapped[int]
    platform_fee: Mapped[int]
    customer_id: Mapped[str]
    payment_method_id: Mapped[str]
    created_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]

    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="requested")
    outcome: Mapped[str | None]
    incident: Mapped[bool] = mapped_column(default=False)
    on_hold: Mapped[bool] = mapped_column(default=False)
    payment_status: Mapped[str] = mapped_column(default="none")
    payment_action_kind: Mapped[str | None]
    payment_action_expires_at: Mapped[datetime | None]
    walker_id: Mapped[UUID | None]
    assignment_no: Mapped[int] = mapped_column(default=0)
    assigned_at: Mapped[datetime | None]
    on_the_way_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any] | None]
    needs_attention: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_booking_owner", "owner_id", text("starts_at DESC"), text("id DESC")),
        Index("ix_booking_walker", "walker_id", text("starts_at DESC"), text("id DESC")),
        Index("ix_booking_plan", "plan_id", "starts_at", postgresql_where=text("plan_id IS NOT NULL")),
        Index("ix_booking_unstarted", "created_at", postgresql_where=text("revealed_at IS NULL")),
        Index("ix_booking_open", "market_id", "status", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_booking_running",
            "market_id",
            "starts_at",
            postgresql_where=text("walker_id IS NOT NULL AND outcome IS NULL"),
        ),
    )


class BookingDog(Base):
    __tablename__ = "booking_dog"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    dog_id: Mapped[UUID] = mapped_column(ForeignKey("dog.id"), primary_key=True)


class BookingEvent(Base):
    """A durable fact, in the order of the booking's own `(version, n)`. Streams read by `(xid, seq)` below the oldest
    running transaction, so that a reader never passes an event whose transaction commits late.
    """

    __tablename__ = "booking_event"

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    version: Mapped[int]
    n: Mapped[int] = mapped_column(default=0)
    type: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    audience: Mapped[list[UUID]]

    __table_args__ = (
        UniqueConstraint("booking_id", "version", "n"),
        Index("ix_booking_event_order", "xid", "seq"),
        Index("ix_booking_event_audience", "audience", postgresql_using="gin"),
    )


class BookingRung(Base):
    """The last time a booking was told that it had reached a rung of the ladder. `due_at` tells one occasion from the
    next: a rung is signalled once for each.
    """

    __tablename__ = "booking_rung"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    assignment_no: Mapped[int] = mapped_column(primary_key=True)
    rung: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    told_at: Mapped[datetime]


class Reschedule(Base):
    """Another time for a booking, asked for by one side, with the price it would have. `asked` is shown to nobody: its
    workflow has not taken it yet. `lines` as in a quote.
    """

    __tablename__ = "reschedule"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    assignment_no: Mapped[int]
    asked_by: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lines: Mapped[list[Any]]
    total: Mapped[int]
    walker_earns: Mapped[int]
    platform_fee: Mapped[int]
    status: Mapped[str] = mapped_column(default="asked")
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("asked_by IN ('owner','walker')", name="asked_by"),
        CheckConstraint("status IN ('asked','open','accepted','declined','replaced','lapsed')", name="status"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_reschedule_booking", "booking_id", text("created_at DESC")),
    )


class ContactAttempt(Base):
    """The walker at the door tried to reach the owner. `id` is that of the message, or of the call's own record."""

    __tablename__ = "contact_attempt"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    assignment_no: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('message','call')", name="kind"),
        Index("ix_contact_attempt_walk", "booking_id", "assignment_no", "at"),
    )


class BoardEntry(Base):
    """A booking which every walker who fits may take, until `expires_at`; taken down by the assignment and the end. What a
    walker must fit is frozen here, so that one query judges the whole board; place and time are the booking's own.
    """

    __tablename__ = "board_entry"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int]
    wave: Mapped[int]
    bonus: Mapped[int]
    radius_percent: Mapped[int]
    asap: Mapped[bool]
    dogs: Mapped[int]
    heaviest_kg: Mapped[float]
    base_rate: Mapped[int]
    travel_buffer_s: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class Offer(Base):
    """One walker asked for one booking. `round` counts matchings (a withdrawal starts the next), `wave` the waves of a
    round. `score` keeps the parts of her rank for support.
    """

    __tablename__ = "offer"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id"))
    round: Mapped[int]
    wave: Mapped[int]
    status: Mapped[str] = mapped_column(default="open")
    earns: Mapped[int]
    bonus: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    distance_m: Mapped[int]
    rank: Mapped[int]
    score: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("booking_id", "round", "walker_id"),
        CheckConstraint("status IN ('open','accepted','declined','expired','withdrawn','taken')", name="status"),
        Index("ix_offer_walker", "walker_id", text("created_at DESC")),
    )
