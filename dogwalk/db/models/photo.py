"""Photos and reports of walks, and the objects they are kept as."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class StoredObject(Base):
    """One in the object store, or about to be. `doomed_at`: from then on it is swept away; null while a row needs it. It
    is written before the object, so that none is ever unknown.
    """

    __tablename__ = "stored_object"

    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    doomed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_stored_object_doomed", "doomed_at", postgresql_where=text("doomed_at IS NOT NULL")),)


class Photo(Base):
    """Of a walk, by its walker. `stored_at` is our clock's: what a photo proves, it proves for then."""

    __tablename__ = "photo"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    assignment_no: Mapped[int]
    object_key: Mapped[str] = mapped_column(ForeignKey("stored_object.key"), unique=True)
    content_type: Mapped[str]
    size_bytes: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    stored_at: Mapped[datetime]

    __table_args__ = (Index("ix_photo_walk", "booking_id", "assignment_no", "stored_at"),)


class WalkReport(Base):
    """What the walker wrote about the walk. `events` is a list of {id, dog_id, kind, at, lat, lon}: positions, shown to
    the two people of the walk alone.
    """

    __tablename__ = "walk_report"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    notes: Mapped[str]
    events: Mapped[list[Any]]
    written_at: Mapped[datetime]
