"""What goes into and comes out of the `Tip` workflow: one tip of one booking, from the card to the walker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload

WORKFLOW = "Tip"
GIVEN, RECEIVED = 0, 1


def workflow_id(booking_id: UUID | str, number: int) -> str:
    return f"tip-{booking_id}-{number}"


def fact(number: int, what: int) -> int:
    """A tip leaves two facts behind: `GIVEN`, `RECEIVED`."""
    return 2 * number + what


class TipRequest(Payload):
    """`number` counts a booking's tips, from 1. `action_ttl_s`: how long the owner has to confirm 3-D Secure."""

    booking_id: UUID
    number: int
    action_ttl_s: int


class TipStep(Payload):
    """`is_last`: the owner's time is over, and what is not taken by now never will be."""

    booking_id: UUID
    number: int
    at: datetime
    is_last: bool = False


class ChargeTipResult(Payload):
    """`status` as of a hold: captured, action_required, declined, canceled."""

    status: str


class TipAnswer(Payload):
    status: str
