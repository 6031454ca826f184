"""A PaymentIntent as Stripe sends it, read as a hold. Pure, and knows no client secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dogwalk.ports import HoldStatus, PaymentHold

Json = dict[str, Any]

_BY_STATUS = {
    "requires_capture": HoldStatus.HELD,
    "requires_action": HoldStatus.ACTION_REQUIRED,
    "succeeded": HoldStatus.CAPTURED,
    "canceled": HoldStatus.CANCELED,
}
AUTHENTICATION_REQUIRED = "authentication_required"


def hold_from(intent: Json) -> PaymentHold:
    """`latest_charge` may be expanded or not; only an expanded one knows `capture_before`."""
    charge = intent.get("latest_charge")
    expanded: Json = charge if isinstance(charge, dict) else {}
    error: Json = intent.get("last_payment_error") or {}
    return PaymentHold(
        payment_intent_id=intent["id"],
        status=_status(intent["status"], error),
        amount=intent["amount"],
        currency=intent["currency"],
        amount_capturable=intent.get("amount_capturable") or 0,
        amount_captured=intent.get("amount_received") or 0,
        charge_id=expanded.get("id") or (charge if isinstance(charge, str) else None),
        capture_before=_time(_capture_before(expanded)),
        decline_code=error.get("decline_code") or error.get("code"),
        created_at=_time(intent.get("created")),
        step=(intent.get("metadata") or {}).get("step"),
    )


def _status(status: str, error: Json) -> HoldStatus:
    """An intent that waits for another card was declined, unless only its holder's consent is missing: that one is
    confirmed on the phone with the same card.
    """
    if error.get("code") == AUTHENTICATION_REQUIRED and status == "requires_payment_method":
        return HoldStatus.ACTION_REQUIRED
    return _BY_STATUS.get(status, HoldStatus.DECLINED)


def _capture_before(charge: Json) -> int | None:
    details: Json = charge.get("payment_method_details") or {}
    card: Json = details.get("card") or {}
    return card.get("capture_before")


def _time(unix_s: int | None) -> datetime | None:
    return datetime.fromtimestamp(unix_s, UTC) if unix_s is not None else None
