from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import missing
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed
from devstack.stripe.webhooks import Endpoint

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def create(call: Call) -> Json:
    """The signing secret is in this answer and never again."""
    call.params.only("url", "enabled_events", "connect", "description", "metadata", "api_version")
    events = [str(name) for name in call.params.items("enabled_events")]
    if not events:
        raise missing("enabled_events")
    secret = f"whsec_{secrets.token_hex(16)}"
    url = call.params.required_text("url")
    is_connect = call.params.flag("connect")
    return register(call.merchant, url=url, secret=secret, is_connect=is_connect, events=events) | {"secret": secret}


def register(merchant: Merchant, *, url: str, secret: str, is_connect: bool, events: list[str]) -> Json:
    shown: Json = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": merchant.clock.now(),
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }
    endpoint = Endpoint(shown["id"], url, secret, is_connect=is_connect, enabled_events=tuple(events))
    merchant.webhooks.add(endpoint)
    return merchant.add("webhook_endpoint", shown)


def retrieve(call: Call) -> Json:
    return call.merchant.get("webhook_endpoint", call.id)


def list_endpoints(call: Call) -> Json:
    call.params.only(*PAGING)
    return listed(call, call.merchant.all("webhook_endpoint"))


def delete(call: Call) -> Json:
    endpoint = call.merchant.get("webhook_endpoint", call.id)
    call.merchant.webhooks.remove(endpoint["id"])
    del call.merchant.kinds["webhook_endpoint"][endpoint["id"]]
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


OPERATIONS = (
    Operation("POST", "/v1/webhook_endpoints", create),
    Operation("GET", "/v1/webhook_endpoints", list_endpoints),
    Operation("GET", "/v1/webhook_endpoints/{id}", retrieve),
    Operation("DELETE", "/v1/webhook_endpoints/{id}", delete),
)
