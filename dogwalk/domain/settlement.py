"""What the end of a service costs whom (booking-life.md: Settle, Verdict, Owner cancels).

Always captured = refunded + walker_share + platform_fee, all in minor units of the booking's currency. A late credit comes
on top, at the platform's cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dogwalk.domain.cancellation import (
    CancellationTerms,
    Split,
    end_early_charge,
    full_charge,
    partial_charge,
    reduced_charge,
)
from dogwalk.domain.money import pro_rata

if TYPE_CHECKING:
    from dogwalk.domain.policy import Cancellation, NoAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """`captured` is taken from the hold; `refunded` goes back of it; the rest is the walker's and the platform's.
    `late_credit` goes back as well and takes nothing from the walker.
    """

    captured: int = 0
    refunded: int = 0
    walker_share: int = 0
    platform_fee: int = 0
    late_credit: int = 0


NOTHING = Settlement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A booking's price: the owner pays `lines_total + service_fee`, the walker earns `walker_share` of the lines."""

    lines_total: int
    service_fee: int
    walker_share: int

    @property
    def total(self) -> int:
        return self.lines_total + self.service_fee


def after_cancellation(terms: CancellationTerms) -> Settlement:
    """Only what is kept is captured; Stripe lets go of the rest of the hold."""
    kept = terms.split
    return Settlement(
        captured=kept.captured,
        walker_share=kept.walker_share,
        platform_fee=kept.platform_fee,
        late_credit=terms.late_credit,
    )


def after_no_access(terms: Terms, policy: NoAccess) -> Settlement:
    """The walker came and waited: a part is kept, of which she gets hers. Only that is captured."""
    kept = partial_charge(
        lines_sum=terms.lines_total,
        service_fee=terms.service_fee,
        walker_earns=terms.walker_share,
        percent=policy.charged_percent,
    )
    return Settlement(captured=kept.captured, walker_share=kept.walker_share, platform_fee=kept.platform_fee)


def with_fee(terms: Terms, fee: int, *, has_walker: bool) -> Settlement:
    """Support decided on `fee`; the walker's part of it, if there is one, is as large as her part of the price."""
    if not fee:
        return NOTHING
    walker_share = pro_rata(terms.walker_share, part_s=fee, whole_s=terms.total) if has_walker else 0
    return Settlement(captured=fee, walker_share=walker_share, platform_fee=fee - walker_share)


def after_walk(
    terms: Terms, *, verdict: str, ended_early: bool, served_s: int, booked_s: int, policy: Cancellation
) -> Settlement:
    """The full amount is captured, always: after a partial capture the rest of a hold is gone. What the verdict gives
    back is refunded. `inconclusive` costs nobody money until support has looked.
    """
    kept = _kept(terms, verdict=verdict, ended_early=ended_early, served_s=served_s, booked_s=booked_s, policy=policy)
    return Settlement(
        captured=terms.total,
        refunded=terms.total - kept.captured,
        walker_share=kept.walker_share,
        platform_fee=kept.platform_fee,
    )


def with_late_credit(settlement: Settlement, credit: int) -> Settlement:
    """All reductions together never exceed what was captured."""
    return replace(settlement, late_credit=min(credit, settlement.captured - settlement.refunded))


def _kept(
    terms: Terms, *, verdict: str, ended_early: bool, served_s: int, booked_s: int, policy: Cancellation
) -> Split:
    lines_sum, service_fee, walker_earns = terms.lines_total, terms.service_fee, terms.walker_share
    if verdict == "not_served" and not ended_early:
        return Split(captured=0, walker_share=0, platform_fee=0)
    if ended_early:
        return end_early_charge(
            lines_sum=lines_sum,
            service_fee=service_fee,
            walker_earns=walker_earns,
            served_s=served_s,
            booked_s=booked_s,
            policy=policy,
        )
    if verdict == "short":
        return reduced_charge(
            lines_sum=lines_sum,
            service_fee=service_fee,
            walker_earns=walker_earns,
            served_s=served_s,
            booked_s=booked_s,
        )
    return full_charge(lines_sum=lines_sum, service_fee=service_fee, walker_earns=walker_earns)
