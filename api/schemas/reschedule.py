"""Another time for a booking, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from api.schemas.base import Schema
from api.schemas.booking import Price
from api.schemas.moment import Moment
from api.schemas.money import Money


class NewReschedule(Schema):
    """`expected_total`: what the owner agrees to pay at that time, when it is not what the walk costs now."""

    starts_at: Moment
    expected_total: Money | None = None


class Reschedule(Schema):
    """`open` until `expires_at`: the side that did not ask accepts or declines. `lapsed`: nobody did in time."""

    id: UUID
    booking_id: UUID
    status: Literal["open", "lapsed", "accepted", "declined", "replaced"]
    asked_by: Literal["owner", "walker"]
    starts_at: datetime
    ends_at: datetime
    price: Price
    expires_at: datetime | None
    created_at: datetime
    decided_at: datetime | None
