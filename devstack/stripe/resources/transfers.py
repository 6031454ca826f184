"""Money to connected accounts: out of one charge (`source_transaction`) or out of the platform's available balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import money
from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import StripeFault, wrong_state
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed
from devstack.stripe.resources.accounts import can_receive

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def create(call: Call) -> Json:
    call.params.only(
        "amount", "currency", "destination", "source_transaction", "transfer_group", "metadata", "description"
    )
    amount, currency = call.params.required_positive("amount"), call.params.required_text("currency").lower()
    account = call.merchant.get("account", call.params.required_text("destination"), param="destination")
    charge_id = call.params.text("source_transaction")
    charge = call.merchant.get("charge", charge_id, param="source_transaction") if charge_id else None
    if not can_receive(account):
        raise _not_capable()
    if charge:
        _require_covered(call.merchant, charge, amount, currency)
    else:
        money.require_available(call.merchant, amount=amount, currency=currency)
    return _transfer(call, account, charge, amount, currency)


def _not_capable() -> StripeFault:
    message = (
        "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
        " crypto_transfers, legacy_payments"
    )
    return wrong_state(message, code="insufficient_capabilities_for_transfer")


def _require_covered(merchant: Merchant, charge: Json, amount: int, currency: str) -> None:
    if not charge["captured"]:
        raise wrong_state(f"The charge {charge['id']} is not captured.", code="charge_not_captured")
    if charge["currency"] != currency:
        message = "The currency of source_transaction's balance transaction must be the same as the transfer currency"
        raise wrong_state(message, code="currency_mismatch", param="currency")
    used = sum(it["amount"] for it in merchant.all("transfer", lambda it: it["source_transaction"] == charge["id"]))
    if used + amount > charge["amount_captured"]:
        message = (
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {charge['amount_captured']}. (There is already a transfer using this source, amounting to {used}.)"
        )
        raise wrong_state(message, code="transfer_exceeds_source", param="amount")


def _transfer(call: Call, account: Json, charge: Json | None, amount: int, currency: str) -> Json:
    merchant = call.merchant
    source = merchant.get("balance_transaction", charge["balance_transaction"]) if charge else None
    available_on = source["available_on"] if source else None
    transfer = _new(call, account, charge, amount, currency)
    entry = money.book(
        merchant,
        kind="transfer",
        amount=-amount,
        currency=currency,
        source=transfer["id"],
        available_on=available_on,
    )
    money.book(
        merchant,
        kind="payment",
        amount=amount,
        currency=currency,
        source=transfer["id"],
        available_on=available_on,
        account=account["id"],
    )
    transfer["balance_transaction"] = entry["id"]
    merchant.add("transfer", transfer)
    merchant.emit("transfer.created", transfer)
    return transfer


def _new(call: Call, account: Json, charge: Json | None, amount: int, currency: str) -> Json:
    group = call.params.text("transfer_group")
    transfer_id = new_id("tr")
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": call.merchant.clock.now(),
        "currency": currency,
        "description": call.params.text("description"),
        "destination": account["id"],
        "destination_payment": new_id("py"),
        "livemode": False,
        "metadata": call.params.metadata(),
        "reversals": {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{transfer_id}/reversals"},
        "reversed": False,
        "source_transaction": charge["id"] if charge else None,
        "source_type": "card",
        "transfer_group": group or (charge["transfer_group"] if charge else None),
    }


def retrieve(call: Call) -> Json:
    return call.merchant.get("transfer", call.id)


def list_transfers(call: Call) -> Json:
    call.params.only(*PAGING, "destination", "transfer_group")
    wanted = {name: value for name in ("destination", "transfer_group") if (value := call.params.text(name))}
    return listed(call, call.merchant.all("transfer", lambda it: all(it[name] == wanted[name] for name in wanted)))


OPERATIONS = (
    Operation("POST", "/v1/transfers", create),
    Operation("GET", "/v1/transfers", list_transfers),
    Operation("GET", "/v1/transfers/{id}", retrieve),
)
