"""What people say and ask once a service has ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Review(Base):
    """One party's word about the other. `shown_at` is null until both are in or the window has ended: nobody answers
    what the other wrote.
    """

    __tablename__ = "review"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    about_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    about_walker: Mapped[bool]
    rating: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("booking_id", "author_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_review_about", "about_id", sql("shown_at DESC"), sql("id DESC")),
        Index("ix_review_hidden", "closes_at", postgresql_where=sql("shown_at IS NULL")),
    )


class Claim(Base):
    """Something that went wrong and is to be made good. The walker's pay waits for it while it is not sent yet. `amount`
    is what was asked for, `granted` what support decided; minor units. state: open → upheld | rejected.
    """

    __tablename__ = "claim"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    claimant_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    amount: Mapped[int | None]
    currency: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    granted: Mapped[int] = mapped_column(default=0)
    decide_by: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("booking_id", "claimant_id", "kind"),
        CheckConstraint("state IN ('open','upheld','rejected')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("granted >= 0", name="granted"),
    )
