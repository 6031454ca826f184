"""3-D Secure: an intent waits for its card holder, who says yes or no on the issuer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from devstack.stripe.ids import new_id

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def is_requested(intent: Json) -> bool:
    """The merchant asks for it, though the issuer may not (`payment_method_options.card.request_three_d_secure`)."""
    card = (intent["payment_method_options"] or {}).get("card") or {}
    return card.get("request_three_d_secure") in {"any", "challenge"}


def challenge(merchant: Merchant, intent: Json, *, base_url: str) -> None:
    """Puts the intent into `requires_action`: a redirect when it has a `return_url`, else for the phone's library."""
    source = new_id("payatt")
    merchant.challenges[source] = intent["id"]
    url = f"{base_url}/_pages/3ds/{source}?{urlencode({'key': merchant.publishable_key})}"
    intent["status"] = "requires_action"
    intent["next_action"] = (
        _redirect(url, intent["_return_url"]) if intent["_return_url"] else _for_library(url, source)
    )


def _redirect(url: str, return_url: str) -> Json:
    return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}


def _for_library(url: str, source: str) -> Json:
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": source, "stripe_js": url},
    }


def challenged(merchant: Merchant, source: str) -> Json | None:
    """The intent that still waits for this challenge."""
    intent = merchant.find(merchant.challenges.get(source))
    return intent if intent and intent["status"] == "requires_action" else None
