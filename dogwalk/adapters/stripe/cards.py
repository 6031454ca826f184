"""Owners' cards: saved on the phone through a SetupIntent, listed and removed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.adapters.stripe.client import StripeApi, StripeRefusal
from dogwalk.ports import Card, CardSetup

if TYPE_CHECKING:
    from dogwalk.adapters.stripe.client import Json

# The phone's payment sheet shows what is saved and lets its owner remove it.
COMPONENTS: Any = {
    "mobile_payment_element": {
        "enabled": True,
        "features": {
            "payment_method_redisplay": "enabled",
            "payment_method_remove": "enabled",
            "payment_method_allow_redisplay_filters": ["always", "limited", "unspecified"],
        },
    }
}


# 3-D Secure wherever the card knows it: here its owner is at the screen, at the hold 96 h before a walk she is not.
ASKED_NOW: Any = {"card": {"request_three_d_secure": "any"}}


class Cards:
    def __init__(self, *, api: StripeApi) -> None:
        self._api = api

    async def create_customer(self, *, person_id: str, email: str, name: str, key: str) -> str:
        params: Any = {"email": email, "name": name, "metadata": {"person_id": person_id}}
        customers = self._api.services.v1.customers
        customer = await self._api.change(customers.create_async(params, {"idempotency_key": key}))
        return str(customer["id"])

    async def start_card_setup(self, *, customer_id: str, key: str) -> CardSetup:
        services = self._api.services.v1
        wish: Any = {
            "customer": customer_id,
            "usage": "off_session",
            "payment_method_types": ["card"],
            "payment_method_options": ASKED_NOW,
        }
        intent = await self._api.change(
            services.setup_intents.create_async(wish, {"idempotency_key": f"{key}:setup_intent"})
        )
        session = await self._api.change(
            services.customer_sessions.create_async(
                {"customer": customer_id, "components": COMPONENTS}, {"idempotency_key": f"{key}:customer_session"}
            )
        )
        return CardSetup(
            setup_intent_id=intent["id"],
            client_secret=intent["client_secret"],
            customer_session_client_secret=session["client_secret"],
        )

    async def list_cards(self, *, customer_id: str) -> list[Card]:
        methods = self._api.services.v1.customers.payment_methods
        found = await self._api.read_all(methods.list_async(customer_id, {"type": "card", "limit": 100}))
        return [_card(method) for method in found]

    async def detach_card(self, *, payment_method_id: str) -> None:
        """Already detached is done."""
        methods = self._api.services.v1.payment_methods
        try:
            await self._api.change(methods.detach_async(payment_method_id))
        except StripeRefusal:
            if await self._customer_of(payment_method_id) is not None:
                raise

    async def card_belongs_to(self, *, customer_id: str, payment_method_id: str) -> bool:
        return await self._customer_of(payment_method_id) == customer_id

    async def _customer_of(self, payment_method_id: str) -> str | None:
        methods = self._api.services.v1.payment_methods
        try:
            customer = (await self._api.read(methods.retrieve_async(payment_method_id))).get("customer")
        except StripeRefusal as refusal:
            if refusal.provider_code == "resource_missing":
                return None
            raise
        return str(customer) if customer else None


def _card(method: Json) -> Card:
    card = method["card"]
    return Card(
        payment_method_id=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
    )
