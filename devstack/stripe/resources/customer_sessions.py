from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import missing

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

LIFE_S = 30 * 60


def create(call: Call) -> Json:
    """What the phone's payment sheet is opened with, to show the cards that are saved."""
    call.params.only("customer", "components")
    customer = call.merchant.get("customer", call.params.required_text("customer"), param="customer")
    if not (components := call.params.mapping("components")):
        raise missing("components")
    now = call.merchant.clock.now()
    return {
        "object": "customer_session",
        "client_secret": f"cuss_secret_{secrets.token_hex(16)}",
        "components": components,
        "created": now,
        "customer": customer["id"],
        "expires_at": now + LIFE_S,
        "livemode": False,
    }


OPERATIONS = (Operation("POST", "/v1/customer_sessions", create),)
