"""Webhook events: verified, read, and rid of client secrets (a PaymentIntent's snapshot carries one)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.adapters.stripe.client import verified_body
from dogwalk.errors import InvalidInput
from dogwalk.ports import ProviderEvent

if TYPE_CHECKING:
    from dogwalk.adapters.stripe.client import Json


def event_from(*, body: bytes, signature: str, secrets: list[str]) -> ProviderEvent:
    """A snapshot event (v1) or a thin one (v2), which only names its `related_object`."""
    event = without_secrets(verified_body(body=body, signature=signature, secrets=secrets))
    if not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        raise InvalidInput("The event has no id or no type")
    return ProviderEvent(
        event_id=event["id"],
        type=event["type"],
        livemode=bool(event.get("livemode")),
        object_id=str(_object(event).get("id") or ""),
        account_id=event.get("account") or event.get("context"),
        payload=event,
    )


def _object(event: Json) -> Json:
    data: Json = event.get("data") or {}
    return data.get("object") or event.get("related_object") or {}


def without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_secrets(inner) for name, inner in value.items() if name != "client_secret"}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
