"""What an owner brings: dogs, homes and the fences around them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Dog(Base):
    __tablename__ = "dog"

    id: Mapped[UuidPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    breed: Mapped[str]
    weight_kg: Mapped[float]
    born_on: Mapped[date | None]
    adult: Mapped[bool] = mapped_column(default=True)
    sex: Mapped[str | None]
    notes: Mapped[str] = mapped_column(default="")
    behaviour: Mapped[list[str]] = mapped_column(default=list)
    vet: Mapped[dict[str, Any] | None]
    microchip: Mapped[str | None]
    vaccinated_until: Mapped[date | None]
    photo_key: Mapped[str | None] = mapped_column(ForeignKey("stored_object.key"))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("weight_kg > 0 AND weight_kg < 150", name="weight"),)


class Home(Base):
    """`access_sealed` holds the access code and notes under the key-encryption key `access_key_id`; write-only."""

    __tablename__ = "home"

    id: Mapped[UuidPk]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    label: Mapped[str]
    address: Mapped[str]
    area_name: Mapped[str] = mapped_column(default="")
    lat: Mapped[float]
    lon: Mapped[float]
    time_zone: Mapped[str]
    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"))
    access_kind: Mapped[str | None]
    access_key_id: Mapped[str | None]
    access_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
    )


class Geofence(Base):
    """A circle or a polygon: `polygon` is `{"corners": [[lon, lat], …]}` without the first again. What a walk is judged by
    is its own copy, taken at its start.
    """

    __tablename__ = "geofence"

    id: Mapped[UuidPk]
    home_id: Mapped[UUID] = mapped_column(ForeignKey("home.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    circle: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    polygon: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('home','safe_area','no_go')", name="kind"),
        CheckConstraint("(circle IS NULL) <> (polygon IS NULL)", name="shape"),
        Index("uq_geofence_home", "home_id", unique=True, postgresql_where=text("kind = 'home'")),
    )
