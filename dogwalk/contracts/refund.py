"""A refund that support decided on, before or after the booking's end."""

from __future__ import annotations

from uuid import UUID

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking import Change
from dogwalk.domain.booking import PaymentStatus
from dogwalk.domain.refund import FundedBy


class RefundRequest(Payload):
    """`refund_id` names it for ever: the grant's id. With `claw_back` the walker gives up her part: out of her pay before
    the transfer, by a reversal after it.
    """

    change: Change
    refund_id: UUID
    amount: int
    funded_by: FundedBy = FundedBy.CHARGE
    claw_back: bool = False


class RefundResult(Payload):
    """`from_walker` of it is the walker's; what she could not give back now is netted from her next pay."""

    payment_status: PaymentStatus
    refunded: int
    from_walker: int = 0
    receivable: int = 0
