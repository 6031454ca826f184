"""Stripe's test cards, by number and by `pm_card_*` name (docs: Testing).

`pm_card_*` is no object: each use makes a PaymentMethod of its own, as Stripe does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Challenge(StrEnum):
    """When the issuer asks for 3-D Secure."""

    NEVER = "never"
    ALWAYS = "always"
    UNLESS_SET_UP = "unless_set_up"  # off-session payments pass once a SetupIntent was authenticated
    ON_REQUEST = "on_request"  # only where the merchant asks: `request_three_d_secure`
    ON_SESSION = "on_session"  # as if it had been set up elsewhere


@dataclass(frozen=True, slots=True)
class Decline:
    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class TestCard:
    """`decline` holds for every charge; `refuses_attach` also when it is saved."""

    __test__ = False  # pytest: this is no test class

    number: str
    names: tuple[str, ...]
    brand: str = "visa"
    challenge: Challenge = Challenge.NEVER
    decline: Decline | None = None
    refuses_attach: bool = False
    is_available_at_once: bool = False  # its charges skip the pending balance


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


GENERIC = _declined("generic_decline")
INSUFFICIENT = _declined("insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit."
)


def _refused(number: str, name: str, decline: Decline) -> TestCard:
    return TestCard(number, (f"pm_card_{name}", f"pm_card_visa_{name}"), decline=decline, refuses_attach=True)


CARDS = (
    TestCard("4242424242424242", ("pm_card_visa", "pm_card_us")),
    TestCard("4000056655665556", ("pm_card_visa_debit",)),
    TestCard("5555555555554444", ("pm_card_mastercard",), brand="mastercard"),
    TestCard("378282246310005", ("pm_card_amex",), brand="amex"),
    TestCard("6011111111111117", ("pm_card_discover",), brand="discover"),
    TestCard("4000000000000077", ("pm_card_bypassPending",), is_available_at_once=True),
    _refused("4000000000000002", "chargeDeclined", GENERIC),
    _refused("4000000000009995", "chargeDeclinedInsufficientFunds", INSUFFICIENT),
    _refused("4000000000009987", "chargeDeclinedLostCard", _declined("lost_card")),
    _refused("4000000000009979", "chargeDeclinedStolenCard", _declined("stolen_card")),
    _refused("4000000000000069", "chargeDeclinedExpiredCard", EXPIRED),
    _refused("4000000000000127", "chargeDeclinedIncorrectCvc", CVC),
    _refused("4000000000000119", "chargeDeclinedProcessingError", PROCESSING),
    # Saved without complaint, declined when charged: the usual trouble of a card on file.
    TestCard("4000000000000341", ("pm_card_chargeCustomerFail",), decline=GENERIC),
    TestCard("4000002500003155", ("pm_card_authenticationRequiredOnSetup",), challenge=Challenge.UNLESS_SET_UP),
    TestCard("4000002760003184", ("pm_card_authenticationRequired",), challenge=Challenge.ALWAYS),
    TestCard("4000003800000446", ("pm_card_authenticationRequiredSetupForOffSession",), challenge=Challenge.ON_SESSION),
    TestCard(
        "4000008260003178",
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",),
        challenge=Challenge.ALWAYS,
        decline=INSUFFICIENT,
    ),
    TestCard("4000000000003220", ("pm_card_threeDSecure2Required",), challenge=Challenge.ALWAYS),
    TestCard("4000000000003055", ("pm_card_threeDSecureOptional",), challenge=Challenge.ON_REQUEST),
    TestCard("4000000000003063", ("pm_card_threeDSecureRequired",), challenge=Challenge.ALWAYS),
    TestCard(
        "4000008400001629",
        ("pm_card_threeDSecureRequiredChargeDeclined",),
        challenge=Challenge.ALWAYS,
        decline=GENERIC,
    ),
)

BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = {name: card for card in CARDS for name in card.names}
