"""The one file that knows the `stripe` library: its client, its errors, its signatures.

| what happened | reading | changing |
|---|---|---|
| connection refused, 429 | Unavailable | Unavailable |
| no answer, connection lost, 5xx, the same key still in flight | Unavailable | PaymentUnknown |
| any other 4xx | StripeRefusal | StripeRefusal |

Our errors are raised clear of the library's (no cause, no context): those carry the whole body, client secrets included.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import stripe

from dogwalk.adapters.stripe.holds import hold_from
from dogwalk.errors import DogwalkError, InvalidInput, PaymentError, PaymentUnknown, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from dogwalk.ports import PaymentHold

Json = dict[str, Any]
T = TypeVar("T")

RETRIES = 2
SIGNATURE_TOLERANCE_S = 300
CONFLICT = 409
SERVER_ERROR = 500
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# The library retries by itself and shows only the last failure: a refused connection after a lost answer is still a
# lost answer. Set by any try that may have reached Stripe, read once the library gives up.
_may_have_landed: ContextVar[bool] = ContextVar("stripe_may_have_landed", default=False)


class StripeRefusal(PaymentError):
    """Stripe understood and said no. `provider_code` is Stripe's; `hold` is the intent that a card error came with."""

    def __init__(self, *, provider_code: str, decline_code: str | None, hold: PaymentHold | None) -> None:
        super().__init__(f"Stripe refused: {provider_code}", provider_code=provider_code)
        self.provider_code = provider_code
        self.decline_code = decline_code
        self.hold = hold


class _Http(stripe.HTTPXClient):
    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            answer = await super().request_async(method, url, headers, post_data)
        except stripe.APIConnectionError as error:
            if not isinstance(error.__cause__, NEVER_SENT):
                _may_have_landed.set(True)
            raise
        if answer[1] == CONFLICT or answer[1] >= SERVER_ERROR:
            _may_have_landed.set(True)
        return answer


class StripeApi:
    """`services` is the library's client; calls to it go through `read`, `read_all` or `change`."""

    def __init__(self, *, api_key: str, api_base: str | None, timeout_s: float) -> None:
        # At DEBUG the library writes whole bodies, client secrets included.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        self._http = _Http(timeout=timeout_s)
        self.services = stripe.StripeClient(
            api_key,
            # With only "api" set, uploads would dial the real host.
            base_addresses={"api": api_base, "files": api_base, "connect": api_base, "meter_events": api_base}
            if api_base
            else None,
            max_network_retries=RETRIES,
            http_client=self._http,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the library leaves it untyped

    async def read(self, call: Awaitable[stripe.StripeObject]) -> Json:
        return (await _answered(call, is_change=False)).to_dict()

    async def read_all(self, call: Awaitable[stripe.ListObject[Any]]) -> list[Json]:
        """Every page, in Stripe's order: newest first."""
        return await _answered(_all_pages(call), is_change=False)

    async def change(self, call: Awaitable[stripe.StripeObject]) -> Json:
        return (await _answered(call, is_change=True)).to_dict()


async def _all_pages(call: Awaitable[stripe.ListObject[Any]]) -> list[Json]:
    return [item.to_dict() async for item in (await call).auto_paging_iter()]


async def _answered(call: Awaitable[T], *, is_change: bool) -> T:
    _may_have_landed.set(False)
    try:
        return await call
    except stripe.StripeError as error:
        failure = _translated(error, is_change=is_change)
    raise failure


def _translated(error: stripe.StripeError, *, is_change: bool) -> DogwalkError:
    if _may_have_landed.get() and not _is_answer(error):
        return PaymentUnknown() if is_change else Unavailable("Stripe did not answer")
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return Unavailable("Stripe is not to be reached, or asks to wait")
    return _refusal(error)


def _is_answer(error: stripe.StripeError) -> bool:
    """A 4xx that speaks for the request itself."""
    status = error.http_status
    is_waiting = isinstance(error, stripe.RateLimitError) or status == CONFLICT
    return status is not None and status < SERVER_ERROR and not is_waiting


def _refusal(error: stripe.StripeError) -> StripeRefusal:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    details = body.get("error")
    found: Json = details if isinstance(details, dict) else {}
    intent = found.get("payment_intent")
    return StripeRefusal(
        provider_code=str(found.get("code") or found.get("type") or "unknown"),
        decline_code=found.get("decline_code"),
        hold=hold_from(intent) if isinstance(intent, dict) else None,
    )


def verified_body(*, body: bytes, signature: str, secrets: list[str]) -> Json:
    """The event inside, once one of the secrets signed these bytes."""
    if not any(_is_signed(body, signature, secret) for secret in secrets):
        raise Unauthenticated("The signature does not fit", code="bad_signature")
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise InvalidInput("The event is not a JSON object")
    return event


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, SIGNATURE_TOLERANCE_S)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True
