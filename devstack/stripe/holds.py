"""Holds lapse at `capture_before`: the charge expires, the intent is cancelled, the card holder has the money again."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json

CUSTOMER_INITIATED_S = 7 * 24 * 3600
# Visa lets go of a merchant-initiated hold after 5 days less 6 hours for clearing; the other brands keep 7 days.
VISA_OFF_SESSION_S = 4 * 24 * 3600 + 18 * 3600


def capture_before(*, now: int, brand: str, off_session: bool) -> int:
    return now + (VISA_OFF_SESSION_S if off_session and brand == "visa" else CUSTOMER_INITIATED_S)


def watch(merchant: Merchant, intent: Json, *, until: int) -> None:
    heapq.heappush(merchant.holds, (until, intent["id"]))


def lapse_due(merchant: Merchant) -> None:
    while merchant.holds and merchant.holds[0][0] <= merchant.clock.now():
        _, intent_id = heapq.heappop(merchant.holds)
        intent = merchant.get("payment_intent", intent_id)
        if intent["status"] == "requires_capture":
            _lapse(merchant, intent)


def _lapse(merchant: Merchant, intent: Json) -> None:
    charge = let_go(merchant, intent, reason="automatic")
    merchant.emit("charge.expired", charge)
    merchant.emit("payment_intent.canceled", intent)


def let_go(merchant: Merchant, intent: Json, *, reason: str | None) -> Json:
    """Cancels an authorised intent; answers its charge, whose whole amount counts as refunded, as at Stripe."""
    charge = merchant.get("charge", intent["latest_charge"])
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    cancel(merchant, intent, reason=reason)
    return charge


def cancel(merchant: Merchant, intent: Json, *, reason: str | None) -> None:
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": merchant.clock.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
