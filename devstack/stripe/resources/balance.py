from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import money
from devstack.stripe.call import Call, Operation
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.wire import Json


def retrieve(call: Call) -> Json:
    """The platform's, or a connected account's under the `Stripe-Account` header."""
    sums = money.balances(call.merchant, account=call.account) or {"usd": (0, 0)}
    return {
        "object": "balance",
        "available": [
            {"amount": sums[name][0], "currency": name, "source_types": {"card": sums[name][0]}} for name in sums
        ],
        "livemode": False,
        "pending": [
            {"amount": sums[name][1], "currency": name, "source_types": {"card": sums[name][1]}} for name in sums
        ],
    }


def retrieve_transaction(call: Call) -> Json:
    return call.merchant.get("balance_transaction", call.id)


def list_transactions(call: Call) -> Json:
    call.params.only(*PAGING, "type", "source", "currency")
    wanted = {name: value for name in ("type", "source", "currency") if (value := call.params.text(name))}
    wanted["_account"] = call.account or ""
    matches = call.merchant.all(
        "balance_transaction", lambda it: all((it[name] or "") == wanted[name] for name in wanted)
    )
    return listed(call, matches)


OPERATIONS = (
    Operation("GET", "/v1/balance", retrieve),
    Operation("GET", "/v1/balance_transactions", list_transactions),
    Operation("GET", "/v1/balance_transactions/{id}", retrieve_transaction),
)
