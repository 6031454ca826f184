"""Shapes of people as support sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api.schemas.base import Schema
from api.schemas.record import Strike


class AuditView(Schema):
    """`actor` is a person's id, or `temporal` for one who came through its UI or command line."""

    at: datetime
    actor: str
    action: str
    reason: str
    data: dict[str, Any]


class SupportPerson(Schema):
    id: UUID
    name: str
    email: str
    phone: str | None
    locked: bool


class SupportWalker(Schema):
    verified: bool
    suspended_at: datetime | None
    blocked_until: datetime | None
    payout_active: bool
    rating: float
    late_cancels: int
    strikes: list[Strike]


class PersonView(SupportPerson):
    roles: list[str]
    email_verified: bool
    phone_verified: bool
    two_factor_on: bool
    open_sessions: int
    open_bookings: int
    walker: SupportWalker | None
    audit: list[AuditView]
    created_at: datetime


class PersonList(Schema):
    """At most 50, by name."""

    items: list[SupportPerson]
