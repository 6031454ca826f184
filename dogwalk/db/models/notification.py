"""The outbox: what somebody must be told, written in the transaction of the fact, sent later, once by its key."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class OutboxMessage(Base):
    """One message on one channel to one person. `key` is `{booking}:{version}:{kind}:{person}:{channel}`; `batch`
    groups what one change caused and names the delivery. `sealed` holds what must not stand in clear (a verification
    code) and is wiped once sent. `data` carries ids, times and money only.

    state: pending → sending → sent | gone | rejected | unknown | expired | muted
    `sending` is a claim until `leased_until` (real time, of the database: a claim outlives no process). What is left in
    it is sent again, but for an SMS: that becomes `unknown`. On a pending row `leased_until` is when the sweep tries
    next.
    """

    __tablename__ = "outbox_message"

    id: Mapped[UuidPk]
    key: Mapped[str] = mapped_column(unique=True)
    batch: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed_key_id: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("channel IN ('push','mail','sms')", name="channel"),
        Index("ix_outbox_message_pending", "created_at", postgresql_where=text("state IN ('pending','sending')")),
        Index("ix_outbox_message_person", "person_id", text("created_at DESC")),
    )


class NotificationPreference(Base):
    """What a person does not want to be told: `switched_off` holds `{kind}:{channel}`. No row: everything is on. Quiet
    hours are wall time, both or none.
    """

    __tablename__ = "notification_preference"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    switched_off: Mapped[list[str]] = mapped_column(default=list)
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_hours"),)
