"""What a person must do, what people of support did, and what waits for a second one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class SupportTask(Base):
    """Something that needs a person. `key` is made from the fact (`booking-…:inconclusive:1`), so that a fact told twice
    is one task. state: open → assigned → resolved. `reason` is a line for support: no address, code or position.
    """

    __tablename__ = "support_task"

    id: Mapped[UuidPk]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    resolution: Mapped[str | None]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('open','assigned','resolved')", name="status"),
        CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        Index("ix_support_task_waiting", "created_at", "id", postgresql_where=text("status <> 'resolved'")),
    )


class AuditEntry(Base):
    """Who did what, to what, when and why; never changed or deleted (trigger `audit_is_append_only`). `actor` is a
    person's id, or the name of a door without one (`temporal`). `key` makes a repeat a no-op.
    """

    __tablename__ = "audit_entry"

    id: Mapped[UuidPk]
    key: Mapped[str | None] = mapped_column(unique=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"))
    reason: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_audit_entry_booking", "booking_id", "at"),
        Index("ix_audit_entry_subject", "subject", "at"),
    )


class Approval(Base):
    """An action above what one person may do alone, with all it needs to be done (`arguments`). Another person decides;
    `approved` is done once. state: pending → approved | rejected; a pending one is worth nothing from `expires_at` on.
    """

    __tablename__ = "approval"

    id: Mapped[UuidPk]
    action: Mapped[str]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="pending")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("state IN ('pending','approved','rejected')", name="state"),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint("(state = 'pending') = (decided_by IS NULL)", name="decided"),
    )


class AreaAction(Base):
    """Something done to all bookings of an area (a storm) between `begins` and `ends`. The dry run is kept as it was
    shown: execution does that and no more. state: dry_run → running → done, when every booking was told.
    """

    __tablename__ = "area_action"

    id: Mapped[UuidPk]
    action: Mapped[str]
    cause: Mapped[str]
    area: Mapped[dict[str, Any]]
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    delay_s: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="dry_run")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    executed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    executed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("action IN ('cancel_free','delay','notify')", name="action"),
        CheckConstraint("cause IN ('storm','heat','outage','other')", name="cause"),
        CheckConstraint("state IN ('dry_run','running','done')", name="state"),
    )


class AreaActionBooking(Base):
    """One booking of an area action. `status`, `effect`: where it stood at the dry run, and what was promised then;
    state: planned → sent. What came of it says the booking's own row.
    """

    __tablename__ = "area_action_booking"

    action_id: Mapped[UUID] = mapped_column(ForeignKey("area_action.id", ondelete="CASCADE"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    status: Mapped[str]
    effect: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")

    __table_args__ = (
        CheckConstraint("effect IN ('cancel','delay','tell')", name="effect"),
        CheckConstraint("state IN ('planned','sent')", name="state"),
        Index("ix_area_action_booking_left", "action_id", postgresql_where=text("state = 'planned'")),
    )
