"""Whose money goes back when support refunds: always amount = from_walker + from_revenue + at_cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dogwalk.domain.booking import PaymentStatus
from dogwalk.domain.money import pro_rata


class FundedBy(StrEnum):
    """`charge`: whoever had part in what the owner paid gives up as much of it. `platform`: goodwill."""

    CHARGE = "charge"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSplit:
    from_walker: int = 0
    from_revenue: int = 0
    at_cost: int = 0


def split_refund(
    *, amount: int, walker_share: int, platform_fee: int, funded_by: FundedBy, claw_back: bool
) -> RefundSplit:
    """`walker_share` and `platform_fee` are what each still has of the charge. Without `claw_back` the walker keeps
    hers, and her part is the platform's cost.
    """
    if funded_by is FundedBy.PLATFORM:
        return RefundSplit(at_cost=amount)
    kept = walker_share + platform_fee
    hers = pro_rata(walker_share, part_s=amount, whole_s=kept) if kept else 0
    if claw_back:
        return RefundSplit(from_walker=hers, from_revenue=amount - hers)
    return RefundSplit(at_cost=hers, from_revenue=amount - hers)


def status_after(*, captured: int, refunded: int) -> PaymentStatus:
    if not refunded:
        return PaymentStatus.CAPTURED
    return PaymentStatus.REFUNDED if refunded == captured else PaymentStatus.PARTIALLY_REFUNDED
