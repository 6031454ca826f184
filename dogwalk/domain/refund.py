"""Whose money goes back when support refunds: always amount = of_owed + from_walker + from_revenue + at_cost."""

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
    """`of_owed`: what came back of an earlier refund, and is the owner's already."""

    of_owed: int = 0
    from_walker: int = 0
    from_revenue: int = 0
    at_cost: int = 0


def split_refund(
    *, amount: int, walker_share: int, platform_fee: int, funded_by: FundedBy, claw_back: bool, owed: int = 0
) -> RefundSplit:
    """`walker_share` and `platform_fee` are what each still has of the charge. Without `claw_back` the walker keeps
    hers, and her part is the platform's cost. What is `owed` to the owner goes out first, and costs nobody anything.
    """
    of_owed = min(amount, owed)
    rest = amount - of_owed
    if funded_by is FundedBy.PLATFORM:
        return RefundSplit(of_owed=of_owed, at_cost=rest)
    kept = walker_share + platform_fee
    hers = pro_rata(walker_share, part_s=rest, whole_s=kept) if kept else 0
    if claw_back:
        return RefundSplit(of_owed=of_owed, from_walker=hers, from_revenue=rest - hers)
    return RefundSplit(of_owed=of_owed, at_cost=hers, from_revenue=rest - hers)


def status_after(*, captured: int, refunded: int) -> PaymentStatus:
    if not refunded:
        return PaymentStatus.CAPTURED
    return PaymentStatus.REFUNDED if refunded == captured else PaymentStatus.PARTIALLY_REFUNDED
