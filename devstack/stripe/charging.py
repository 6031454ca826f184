"""What the issuer says to a confirmed PaymentIntent: challenge, decline, or money held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import holds, money, three_d_secure
from devstack.stripe.cards import BY_NUMBER, Challenge, Decline, TestCard
from devstack.stripe.errors import StripeFault, card_error
from devstack.stripe.merchant import Merchant, visible
from devstack.stripe.resources.charges import new_charge

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def attempt(merchant: Merchant, intent: Json, *, off_session: bool, base_url: str) -> None:
    """Raises the card error that the confirming call answers with; the intent then waits for another card."""
    method = merchant.get("payment_method", intent["payment_method"])
    card = BY_NUMBER[method["_number"]]
    intent["_off_session"] = off_session
    if not _is_challenged(card, intent, is_set_up=method["_is_set_up"], off_session=off_session):
        settle(merchant, intent)
    elif off_session:
        raise _declined(merchant, intent, AUTHENTICATION_REQUIRED)
    else:
        three_d_secure.challenge(merchant, intent, base_url=base_url)
        merchant.emit("payment_intent.requires_action", intent)


def _is_challenged(card: TestCard, intent: Json, *, is_set_up: bool, off_session: bool) -> bool:
    if card.challenge is Challenge.ON_REQUEST:
        return not off_session and three_d_secure.is_requested(intent)
    if card.challenge is Challenge.UNLESS_SET_UP:
        return not (off_session and is_set_up)
    if card.challenge is Challenge.ON_SESSION:
        return not off_session
    return card.challenge is Challenge.ALWAYS


def authenticated(merchant: Merchant, intent: Json, *, is_confirmed: bool) -> None:
    """The card holder came back from the issuer's page. A decline is then seen on the intent, not raised."""
    intent["next_action"] = None
    if not is_confirmed:
        _fail_authentication(merchant, intent)
        return
    merchant.get("payment_method", intent["payment_method"])["_is_set_up"] |= bool(intent["setup_future_usage"])
    try:
        settle(merchant, intent)
    except StripeFault:
        return


def settle(merchant: Merchant, intent: Json) -> None:
    method = merchant.get("payment_method", intent["payment_method"])
    card = BY_NUMBER[method["_number"]]
    if card.decline:
        raise _declined(merchant, intent, card.decline)
    if intent["setup_future_usage"] and intent["customer"]:
        method["customer"] = intent["customer"]
    method["_is_spent"] = method["customer"] is None
    _hold(merchant, intent, method)
    if intent["capture_method"] != "manual":
        capture(merchant, intent, amount=intent["amount"])


def _hold(merchant: Merchant, intent: Json, method: Json) -> None:
    now, is_manual = merchant.clock.now(), intent["capture_method"] == "manual"
    until = holds.capture_before(now=now, brand=method["card"]["brand"], off_session=intent["_off_session"])
    charge = new_charge(merchant, intent, method, capture_before=until if is_manual else None)
    intent |= {"latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
    if is_manual:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        holds.watch(merchant, intent, until=until)
        merchant.emit("charge.succeeded", charge)
        merchant.emit("payment_intent.amount_capturable_updated", intent)


def capture(merchant: Merchant, intent: Json, *, amount: int) -> None:
    """What is not captured goes back to the card holder at once and counts as refunded on the charge."""
    charge = merchant.get("charge", intent["latest_charge"])
    was_held = intent["status"] == "requires_capture"
    card = BY_NUMBER[merchant.get("payment_method", intent["payment_method"])["_number"]]
    settles = None if card.is_available_at_once else merchant.clock.now() + money.SETTLES_AFTER_S
    entry = money.book(
        merchant,
        kind="charge",
        amount=amount,
        currency=charge["currency"],
        source=charge["id"],
        fee=money.processing_fee(amount),
        available_on=settles,
    )
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "amount_refunded": charge["amount"] - amount,
        "balance_transaction": entry["id"],
    }
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    merchant.emit("charge.captured" if was_held else "charge.succeeded", charge)
    merchant.emit("payment_intent.succeeded", intent)


def _declined(merchant: Merchant, intent: Json, decline: Decline) -> StripeFault:
    method = merchant.get("payment_method", intent["payment_method"])
    charge = new_charge(merchant, intent, method, capture_before=None, decline=decline)
    intent["latest_charge"] = charge["id"]
    fields = {"code": decline.code, "decline_code": decline.decline_code, "charge": charge["id"]}
    _wait_for_another_card(intent, {"type": "card_error", "message": decline.message, **fields}, method)
    merchant.emit("charge.failed", charge)
    merchant.emit("payment_intent.payment_failed", intent)
    error = card_error(decline.message, code=decline.code, decline_code=decline.decline_code, charge=charge["id"])
    error.error |= {"payment_intent": visible(intent), "payment_method": visible(method)}
    return error


def _fail_authentication(merchant: Merchant, intent: Json) -> None:
    method = merchant.get("payment_method", intent["payment_method"])
    code = "payment_intent_authentication_failure"
    _wait_for_another_card(
        intent, {"type": "invalid_request_error", "code": code, "message": AUTHENTICATION_FAILED}, method
    )
    merchant.emit("payment_intent.payment_failed", intent)


def _wait_for_another_card(intent: Json, error: Json, method: Json) -> None:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": error | {"payment_method": visible(method)},
    }
