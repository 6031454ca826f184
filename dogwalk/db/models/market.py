"""Markets and their policies: versioned, immutable documents, frozen into each booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base


class Market(Base):
    """A circle on the map with one time zone, currency and country (ISO 3166 alpha-2)."""

    __tablename__ = "market"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    center_lat: Mapped[float]
    center_lon: Mapped[float]
    radius_m: Mapped[float]
    created_at: Mapped[datetime]


class MarketPolicy(Base):
    """`document` is a `dogwalk.domain.policy.MarketPolicy`; never updated, a new version takes over from its date."""

    __tablename__ = "market_policy"

    market_id: Mapped[str] = mapped_column(ForeignKey("market.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
