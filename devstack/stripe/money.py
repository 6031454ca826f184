"""Balances as the sum of balance transactions: pending until `available_on`, then available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.errors import wrong_state
from devstack.stripe.ids import new_id

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json

SETTLES_AFTER_S = 2 * 24 * 3600
FEE_PERCENT = 2.9
FEE_FIXED = 30


def processing_fee(amount: int) -> int:
    """Stripe's standard card price in minor units of the US."""
    return round(amount * FEE_PERCENT / 100) + FEE_FIXED


def book(
    merchant: Merchant,
    *,
    kind: str,
    amount: int,
    currency: str,
    source: str | None,
    fee: int = 0,
    available_on: int | None = None,
    account: str | None = None,
) -> Json:
    """`account=None` is the platform; `amount` is signed."""
    now = merchant.clock.now()
    return merchant.add(
        "balance_transaction",
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now if available_on is None else available_on,
            "created": now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source,
            "status": "available" if available_on is None or available_on <= now else "pending",
            "type": kind,
            "_account": account,
        },
    )


def balances(merchant: Merchant, *, account: str | None) -> dict[str, tuple[int, int]]:
    """By currency: (available, pending)."""
    now = merchant.clock.now()
    sums: dict[str, tuple[int, int]] = {}
    for entry in merchant.kinds["balance_transaction"].values():
        if entry["_account"] == account:
            available, pending = sums.get(entry["currency"], (0, 0))
            is_available = entry["available_on"] <= now
            net = entry["net"]
            sums[entry["currency"]] = (available + net, pending) if is_available else (available, pending + net)
    return sums


def require_available(merchant: Merchant, *, amount: int, currency: str) -> None:
    """The platform's own money: what is pending does not count."""
    if balances(merchant, account=None).get(currency, (0, 0))[0] < amount:
        raise wrong_state("You have insufficient available funds in your Stripe account.", code="balance_insufficient")
