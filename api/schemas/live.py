"""A walk as it happens."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class LiveTicket(Schema):
    """Good for one stream, in place of the access token: `?ticket=…`."""

    ticket: str = Field(examples=["9vGm1rWQ0u3nKpX5yZtB7cD2eF4hJ6kL8mN0pQ2rS4t"])
    expires_at: datetime


class LivePosition(Schema):
    at: datetime
    lat: float = Field(examples=[48.13721])
    lon: float = Field(examples=[11.57563])
    accuracy_m: float | None = Field(examples=[4.8])
    speed_mps: float | None = Field(examples=[1.3])
    heading_deg: float | None = Field(examples=[271.0])


class LiveView(Schema):
    """The whole of what is to be seen now; each one replaces the one before, but for `polyline`, the route so far, which
    only the first of a connection carries.
    """

    type: Literal["snapshot", "update"]
    booking_id: UUID
    stage: str = Field(examples=["under_way"], description="`waiting`, `approaching`, `under_way` or `over`")
    eta: datetime | None = Field(description="While approaching: when she will be there, to the minute")
    position: LivePosition | None = Field(
        description="To the owner before the start only near home, and to nobody after the end"
    )
    polyline: str | None = Field(examples=["_p~iF~ps|U_ulLnnqC"], description="Precision 5, simplified to 5 m")
