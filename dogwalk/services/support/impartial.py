"""Support decides about others: who is both, an owner or a walker as well, leaves her own walks to a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.errors import Forbidden

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.models.booking import Booking


def refuse_own(booking: Booking, agent_id: UUID) -> None:
    """Forbidden `second_person_required`."""
    if agent_id in (booking.owner_id, booking.walker_id):
        raise Forbidden("This walk is yours: a colleague decides about it", code="second_person_required")
