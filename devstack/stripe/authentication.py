"""The card holder's answer to 3-D Secure, whichever kind of intent asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import charging
from devstack.stripe.resources import setup_intents

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def authenticate(merchant: Merchant, intent: Json, *, is_confirmed: bool) -> None:
    if intent["object"] == "setup_intent":
        setup_intents.authenticated(merchant, intent, is_confirmed=is_confirmed)
    else:
        charging.authenticated(merchant, intent, is_confirmed=is_confirmed)
