"""What goes into and comes out of the `Debt` workflow: an owner's debt of one booking, tried again for a while."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload
from dogwalk.domain.policy import Dunning

WORKFLOW = "Debt"


def workflow_id(booking_id: UUID | str) -> str:
    return f"debt-{booking_id}"


class DebtRequest(Payload):
    booking_id: UUID
    policy: Dunning


class ChargeDebtRequest(Payload):
    """`number` counts tries, from 1."""

    booking_id: UUID
    number: int
    at: datetime


class ChargeDebtResult(Payload):
    paid: bool
