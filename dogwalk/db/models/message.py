"""What owner and walker write to each other about a walk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class BookingMessage(Base):
    """Between a booking's owner and one walker of it, `walker_id`: another who takes over has a conversation of her own.
    A text or a photo. `seen_at`: by the one it was written to. Nothing here is ever changed but that.
    """

    __tablename__ = "booking_message"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    assignment_no: Mapped[int]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str | None]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("photo.id"))
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("num_nonnulls(text, photo_id) = 1", name="content"),
        Index("ix_booking_message_booking", "booking_id", sql("at DESC"), sql("id DESC")),
    )
