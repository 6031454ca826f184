"""Hands on the emulator, for tests and the demo: its control plane, and the Stripe library inside a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.http_client import HttpClient

if TYPE_CHECKING:
    import httpx

    from devstack.stripe.wire import Json

TIMEOUT_S = 10.0


class ControlPlane(HttpClient):
    """Raises httpx.HTTPStatusError when the emulator refuses."""

    def __init__(self, base_url: str, secret_key: str) -> None:
        super().__init__(f"{base_url}/_control", timeout_s=TIMEOUT_S, bearer=secret_key)

    async def reset(self) -> None:
        """Forgets everything of this key: objects, clock, faults, webhook endpoints."""
        await self._call("POST", "/reset")

    async def now(self) -> int:
        return int((await self._call("GET", "/clock"))["now"])

    async def advance(self, seconds: float) -> int:
        """Moves this key's clock; holds past `capture_before` lapse at once. Answers the new unix time."""
        return int((await self._call("POST", "/clock", {"seconds": seconds}))["now"])

    async def authenticate(self, intent_id: str, outcome: str = "succeed") -> str:
        """`succeed` or `fail` 3-D Secure of a PaymentIntent or SetupIntent; answers its status."""
        return str((await self._call("POST", "/authenticate", {"intent": intent_id, "outcome": outcome}))["status"])

    async def onboard(self, account_id: str) -> Json:
        return await self._call("POST", "/onboard", {"account": account_id})

    async def send_back(self, refund_id: str) -> Json:
        """The card holder's bank could not credit it; announced as Stripe does, days later."""
        return await self._call("POST", "/send_back", {"refund": refund_id})

    async def add_balance(self, amount: int, currency: str = "usd", *, account: str | None = None) -> int:
        """Answers the available balance, the platform's or a connected account's; a negative amount is paid out."""
        body = {"amount": amount, "currency": currency, "account": account}
        return int((await self._call("POST", "/balance", body))["available"])

    async def add_webhook(
        self, url: str, secret: str, *, connect: bool = False, enabled_events: list[str] | None = None
    ) -> str:
        """Answers the endpoint's id. `connect=True`: events of connected accounts, and only those."""
        body = {"url": url, "secret": secret, "connect": connect, "enabled_events": enabled_events or ["*"]}
        return str((await self._call("POST", "/webhooks", body))["id"])

    async def webhook_faults(
        self,
        *,
        duplicate: bool = False,
        shuffle: bool = False,
        drop: int = 0,
        delay_s: float = 0.0,
        hold: bool = False,
    ) -> None:
        """Replaces what was set; without arguments deliveries are well again (what is held stays held)."""
        body = {"duplicate": duplicate, "shuffle": shuffle, "drop": drop, "delay_s": delay_s, "hold": hold}
        await self._call("POST", "/webhook_faults", body)

    async def release_webhooks(self) -> int:
        return int((await self._call("POST", "/webhook_release"))["released"])

    async def fault(
        self,
        *,
        route: str = "*",
        method: str | None = None,
        status: int | None = None,
        lost: str | None = None,
        slow_s: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """`status`: instead of the work. `lost="close"|"hang"`: after it. The Stripe library tries three times."""
        body = {"route": route, "method": method, "status": status, "lost": lost, "slow_s": slow_s, "times": times}
        await self._call("POST", "/faults", body)

    async def clear_faults(self) -> None:
        await self._call("DELETE", "/faults")

    async def requests(self) -> Json:
        """`{counts: {"POST /v1/…": n}, requests: [{method, path, route, status, …}], webhooks: {delivered, failed}}`"""
        return await self._call("GET", "/requests")

    async def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = await self._http.request(method, path, json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found


class CardRefused(Exception):
    """What the payment sheet would tell the card holder; `code` and `decline_code` as Stripe names them."""

    def __init__(self, error: Json) -> None:
        super().__init__(str(error.get("message")))
        self.code = error.get("code")
        self.decline_code = error.get("decline_code")


class PhoneStripe(HttpClient):
    """Publishable key and client secret, nothing else: what the Stripe SDK in the owner's app does.

    `challenges` counts how often the issuer asked for 3-D Secure.
    """

    def __init__(self, base_url: str, publishable_key: str) -> None:
        super().__init__(base_url, timeout_s=TIMEOUT_S, bearer=publishable_key)
        self.challenges = 0

    async def confirm_setup_intent(
        self, client_secret: str, pm: str = "pm_card_visa", outcome: str = "succeed"
    ) -> Json:
        """Saves the card, through 3-D Secure if asked; answers the SetupIntent. Raises CardRefused."""
        path = f"/v1/setup_intents/{_id_in(client_secret)}"
        body = {"client_secret": client_secret, "payment_method": pm}
        intent = await self._post(f"{path}/confirm", body)
        return await self._authenticated(path, client_secret, intent, outcome)

    async def confirm_payment(self, client_secret: str, pm: str | None = None, outcome: str = "succeed") -> Json:
        """Confirms with `pm`, or with the card that was asked to authenticate; answers the PaymentIntent, whose status
        tells how it went. Raises CardRefused when the card is declined outright.
        """
        path = f"/v1/payment_intents/{_id_in(client_secret)}"
        intent = await self._get(path, client_secret)
        if intent["status"] != "requires_action" or pm:
            method = pm or intent["payment_method"] or intent["last_payment_error"]["payment_method"]["id"]
            intent = await self._post(f"{path}/confirm", {"client_secret": client_secret, "payment_method": method})
        return await self._authenticated(path, client_secret, intent, outcome)

    async def _authenticated(self, path: str, client_secret: str, intent: Json, outcome: str) -> Json:
        """Opens the issuer's page and presses a button, if the intent asks for it."""
        if intent["status"] != "requires_action":
            return intent
        self.challenges += 1
        action: Any = intent["next_action"]
        redirect = action["type"] == "redirect_to_url"
        url = action["redirect_to_url"]["url"] if redirect else action["use_stripe_sdk"]["stripe_js"]
        await self._http.post(url, data={"outcome": outcome})
        return await self._get(path, client_secret)

    async def _get(self, path: str, client_secret: str) -> Json:
        return _checked(await self._http.get(path, params={"client_secret": client_secret}))

    async def _post(self, path: str, form: dict[str, str]) -> Json:
        return _checked(await self._http.post(path, data=form))


def _id_in(client_secret: str) -> str:
    return client_secret.partition("_secret_")[0]


def _checked(answer: httpx.Response) -> Json:
    body: Json = answer.json()
    if answer.is_error:
        raise CardRefused(body["error"])
    return body
