from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.cards import Decline
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def new_charge(
    merchant: Merchant, intent: Json, method: Json, *, capture_before: int | None, decline: Decline | None = None
) -> Json:
    """One attempt at a card, successful or not. Not captured yet."""
    return merchant.add(
        "charge",
        {
            "id": new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "captured": False,
            "created": merchant.clock.now(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "destination": None,
            "dispute": None,
            "disputed": False,
            "failure_code": decline.code if decline else None,
            "failure_message": decline.message if decline else None,
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "outcome": _outcome(decline),
            "paid": decline is None,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(intent, method, capture_before),
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "source_transfer": None,
            "status": "failed" if decline else "succeeded",
            "transfer_data": None,
            "transfer_group": intent["transfer_group"],
        },
    )


def _details(intent: Json, method: Json, capture_before: int | None) -> Json:
    card = {name: method["card"][name] for name in ("brand", "country", "exp_month", "exp_year", "funding", "last4")}
    return {
        "card": card
        | {
            "amount_authorized": intent["amount"],
            "capture_before": capture_before,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "multicapture": {"status": "unavailable"},
            "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
            "network": method["card"]["brand"],
            "three_d_secure": None,
        },
        "type": "card",
    }


def _outcome(decline: Decline | None) -> Json:
    if decline is None:
        return {"network_status": "approved_by_network", "reason": None, "type": "authorized"}
    return {"network_status": "declined_by_network", "reason": decline.decline_code, "type": "issuer_declined"}


def retrieve(call: Call) -> Json:
    return call.merchant.get("charge", call.id)


def update(call: Call) -> Json:
    call.params.only("metadata", "description", "transfer_group")
    charge = call.merchant.get("charge", call.id)
    charge["metadata"] = call.params.metadata(charge["metadata"])
    return charge


def list_charges(call: Call) -> Json:
    call.params.only(*PAGING, "customer", "payment_intent", "transfer_group")
    wanted = {name: call.params.text(name) for name in ("customer", "payment_intent", "transfer_group")}
    wanted = {name: value for name, value in wanted.items() if value}
    matches = call.merchant.all("charge", lambda charge: all(charge[name] == wanted[name] for name in wanted))
    return listed(call, matches)


OPERATIONS = (
    Operation("GET", "/v1/charges", list_charges),
    Operation("GET", "/v1/charges/{id}", retrieve),
    Operation("POST", "/v1/charges/{id}", update),
)
