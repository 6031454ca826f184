"""An offer, as it is written: to one ranked walker, under the terms of a wave or of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dogwalk.db.models.base import uuid7

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.db.models.booking import Booking
    from dogwalk.domain.matching import Ranked


class Terms(Protocol):
    @property
    def round(self) -> int: ...
    @property
    def wave(self) -> int: ...
    @property
    def bonus(self) -> int: ...
    @property
    def expires_at(self) -> datetime: ...


def offer_row(booking: Booking, terms: Terms, ranked: Ranked, *, place: int, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "booking_id": booking.id,
        "walker_id": ranked.candidate.walker_id,
        "round": terms.round,
        "wave": terms.wave,
        "status": "open",
        "earns": booking.walker_earns,
        "bonus": terms.bonus,
        "currency": booking.currency,
        "distance_m": round(ranked.candidate.distance_m),
        "rank": place,
        "score": {"score": ranked.score, **ranked.parts},
        "expires_at": terms.expires_at,
        "created_at": at,
    }
