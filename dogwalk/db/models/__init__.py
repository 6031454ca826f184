"""Every table; importing this fills `Base.metadata` for alembic."""

from dogwalk.db.models import (
    afterwards,
    booking,
    household,
    market,
    message,
    notification,
    payment,
    person,
    photo,
    plan,
    support,
    tracking,
    walker,
)
from dogwalk.db.models.base import Base

__all__ = [
    "Base",
    "afterwards",
    "booking",
    "household",
    "market",
    "message",
    "notification",
    "payment",
    "person",
    "photo",
    "plan",
    "support",
    "tracking",
    "walker",
]
