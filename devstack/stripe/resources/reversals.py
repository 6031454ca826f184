from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import money
from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import wrong_state
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.wire import Json


def create(call: Call) -> Json:
    """Takes back from the connected account what it still has; default is all that is left of the transfer."""
    call.params.only("amount", "metadata", "description", "refund_application_fee")
    transfer = call.merchant.get("transfer", call.id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.positive("amount") or left
    if amount > left or left == 0:
        message = f"Reversal amount ({amount}) is greater than the unreversed amount of the transfer ({left})"
        raise wrong_state(message, code="amount_too_large", param="amount")
    _require_covered(call, transfer, amount)
    return _reverse(call, transfer, amount)


def _require_covered(call: Call, transfer: Json, amount: int) -> None:
    balance = money.balances(call.merchant, account=transfer["destination"]).get(transfer["currency"], (0, 0))
    if sum(balance) < amount:
        message = "The recipient's account does not have sufficient funds to make the reversal."
        raise wrong_state(message, code="balance_insufficient")


def _reverse(call: Call, transfer: Json, amount: int) -> Json:
    merchant, account, currency = call.merchant, transfer["destination"], transfer["currency"]
    reversal_id = new_id("trr")
    entry = money.book(merchant, kind="transfer_refund", amount=amount, currency=currency, source=reversal_id)
    money.book(merchant, kind="payment_refund", amount=-amount, currency=currency, source=reversal_id, account=account)
    reversal = {
        "id": reversal_id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": entry["id"],
        "created": merchant.clock.now(),
        "currency": currency,
        "destination_payment_refund": None,
        "metadata": call.params.metadata(),
        "source_refund": None,
        "transfer": transfer["id"],
    }
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    merchant.add("transfer_reversal", reversal)
    merchant.emit("transfer.reversed", transfer)
    return reversal


def list_reversals(call: Call) -> Json:
    call.params.only(*PAGING)
    transfer = call.merchant.get("transfer", call.id)
    return listed(call, call.merchant.all("transfer_reversal", lambda it: it["transfer"] == transfer["id"]))


OPERATIONS = (
    Operation("POST", "/v1/transfers/{id}/reversals", create),
    Operation("GET", "/v1/transfers/{id}/reversals", list_reversals),
)
