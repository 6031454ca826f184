from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import money
from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import missing, wrong_state
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Json:
    call.params.only("payment_intent", "charge", "amount", "reason", "metadata")
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = call.params.positive("amount") or left
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise wrong_state(message, code="charge_already_refunded")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise wrong_state(message, code="amount_too_large", param="amount")
    return _refund(call, charge, amount)


def _charge(call: Call) -> Json:
    """The captured charge to take from; a hold is let go by cancelling its intent, not by a refund."""
    charge_id = call.params.text("charge")
    if intent_id := call.params.text("payment_intent"):
        charge_id = call.merchant.get("payment_intent", intent_id, param="payment_intent")["latest_charge"]
    elif charge_id is None:
        raise missing("payment_intent")
    charge = call.merchant.get("charge", charge_id, param="charge") if charge_id else None
    if charge is None or not charge["captured"]:
        message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise wrong_state(message, code="charge_not_refundable")
    return charge


def _refund(call: Call, charge: Json, amount: int) -> Json:
    merchant = call.merchant
    refund = _new(call, charge, amount)
    entry = money.book(merchant, kind="refund", amount=-amount, currency=charge["currency"], source=refund["id"])
    refund["balance_transaction"] = entry["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    merchant.add("refund", refund)
    merchant.emit("charge.refunded", charge)
    merchant.emit("refund.created", refund)
    return refund


def _new(call: Call, charge: Json, amount: int) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.merchant.clock.now(),
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": call.params.metadata(),
        "payment_intent": charge["payment_intent"],
        "reason": call.params.choice("reason", REASONS),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def send_back(merchant: Merchant, refund: Json) -> None:
    """The card holder's bank could not credit it: the money is in the balance again, and the charge as if never refunded."""
    charge = merchant.get("charge", refund["charge"])
    entry = money.book(
        merchant, kind="refund_failure", amount=refund["amount"], currency=refund["currency"], source=refund["id"]
    )
    refund |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": entry["id"],
    }
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    for event_type in ("refund.updated", "charge.refund.updated", "refund.failed"):
        merchant.emit(event_type, refund)


def retrieve(call: Call) -> Json:
    return call.merchant.get("refund", call.id)


def update(call: Call) -> Json:
    call.params.only("metadata")
    refund = call.merchant.get("refund", call.id)
    refund["metadata"] = call.params.metadata(refund["metadata"])
    return refund


def list_refunds(call: Call) -> Json:
    call.params.only(*PAGING, "charge", "payment_intent")
    wanted = {name: value for name in ("charge", "payment_intent") if (value := call.params.text(name))}
    return listed(call, call.merchant.all("refund", lambda it: all(it[name] == wanted[name] for name in wanted)))


OPERATIONS = (
    Operation("POST", "/v1/refunds", create),
    Operation("GET", "/v1/refunds", list_refunds),
    Operation("GET", "/v1/refunds/{id}", retrieve),
    Operation("POST", "/v1/refunds/{id}", update),
)
