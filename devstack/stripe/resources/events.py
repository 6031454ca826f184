from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.wire import Json


def list_events(call: Call) -> Json:
    """The platform's, or a connected account's under the `Stripe-Account` header. `type` may end in `*`."""
    call.params.only(*PAGING, "type", "types", "delivery_success")
    patterns = [*call.params.items("types"), *call.params.items("type")]
    return listed(
        call,
        call.merchant.all("event", lambda it: it.get("account") == call.account and _is_named(it["type"], patterns)),
    )


def _is_named(event_type: str, patterns: list[str]) -> bool:
    wildcards = tuple(pattern.removesuffix("*") for pattern in patterns if pattern.endswith("*"))
    return not patterns or event_type in patterns or event_type.startswith(wildcards)


def retrieve(call: Call) -> Json:
    return call.merchant.get("event", call.id)


OPERATIONS = (
    Operation("GET", "/v1/events", list_events),
    Operation("GET", "/v1/events/{id}", retrieve),
)
