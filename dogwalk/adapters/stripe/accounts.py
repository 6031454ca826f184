"""Walkers' payout accounts: Connect accounts v2 that receive transfers; fees and losses are the platform's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.ports import PayoutAccount

if TYPE_CHECKING:
    from dogwalk.adapters.stripe.client import Json, StripeApi

INCLUDED: Any = {"include": ["configuration.recipient", "requirements"]}
RECIPIENT: Any = {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}}
OURS: Any = {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}}


class PayoutAccounts:
    _api: StripeApi

    async def create_payout_account(self, *, person_id: str, email: str, country: str, key: str) -> PayoutAccount:
        params: Any = {
            "contact_email": email,
            "dashboard": "express",
            "identity": {"country": country.lower()},
            "configuration": RECIPIENT,
            "defaults": OURS,
            "metadata": {"person_id": person_id},
        }
        accounts = self._api.services.v2.core.accounts
        return _account(await self._api.change(accounts.create_async(params | INCLUDED, {"idempotency_key": key})))

    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str:
        """Single use, good for minutes: made when it is asked for, never stored."""
        urls = {"return_url": return_url, "refresh_url": refresh_url}
        use_case: Any = {"type": "account_onboarding", "account_onboarding": urls}
        links = self._api.services.v2.core.account_links
        link = await self._api.change(links.create_async({"account": account_id, "use_case": use_case}))
        return str(link["url"])

    async def get_payout_account(self, *, account_id: str) -> PayoutAccount:
        accounts = self._api.services.v2.core.accounts
        return _account(await self._api.read(accounts.retrieve_async(account_id, INCLUDED)))


def _account(account: Json) -> PayoutAccount:
    entries = (account.get("requirements") or {}).get("entries") or []
    return PayoutAccount(
        account_id=account["id"],
        transfers_active=_transfers_status(account) == "active",
        requirements=[entry["description"] for entry in entries],
    )


def _transfers_status(account: Json) -> str | None:
    node: Json = account
    for name in ("configuration", "recipient", "capabilities", "stripe_balance", "stripe_transfers"):
        node = node.get(name) or {}
    return node.get("status")
