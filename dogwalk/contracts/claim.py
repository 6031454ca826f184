"""What goes into and comes out of the `Claim` workflow: one claim, from its opening to what support decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload

WORKFLOW = "Claim"


def workflow_id(claim_id: UUID | str) -> str:
    return f"claim-{claim_id}"


class ClaimRequest(Payload):
    claim_id: UUID
    booking_id: UUID
    decide_by: datetime


class ClaimStep(Payload):
    claim_id: UUID
    booking_id: UUID
    at: datetime


class PressResult(Payload):
    """`is_decided`: it stands in Postgres, though nobody told the workflow."""

    is_decided: bool = False
