"""Connected accounts as v1 shows them. One record serves v1 and v2: `transfers` here is v2's `stripe_transfers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING, Params
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json

DUE = ["individual.dob.day", "individual.id_number", "external_account", "tos_acceptance.date"]
_FIELDS = (
    "business_profile",
    "business_type",
    "capabilities",
    "company",
    "controller",
    "country",
    "default_currency",
    "email",
    "individual",
    "metadata",
    "settings",
    "type",
)


def create(call: Call) -> Json:
    call.params.only(*_FIELDS)
    wishes = Params(call.params.mapping("capabilities"))
    requested = [name for name in wishes.raw if Params(wishes.mapping(name)).flag("requested")]
    account = new_account(
        call.merchant,
        country=(call.params.text("country") or "US").upper(),
        email=call.params.text("email"),
        requested=requested,
        metadata=call.params.metadata(),
    )
    account |= {"type": call.params.text("type") or "none", "controller": call.params.mapping("controller")}
    return account


def new_account(
    merchant: Merchant, *, country: str, email: str | None, requested: list[str], metadata: dict[str, str]
) -> Json:
    account = {
        "id": new_id("acct"),
        "object": "account",
        "business_profile": {"mcc": None, "name": None, "url": None},
        "business_type": "individual",
        "capabilities": dict.fromkeys(requested, "inactive"),
        "charges_enabled": False,
        "controller": {},
        "country": country,
        "created": merchant.clock.now(),
        "default_currency": "usd" if country == "US" else "eur",
        "details_submitted": False,
        "email": email,
        "external_accounts": {"object": "list", "data": [], "has_more": False, "url": ""},
        "metadata": metadata,
        "payouts_enabled": False,
        "requirements": _requirements(DUE, disabled_reason="requirements.past_due"),
        "settings": {},
        "tos_acceptance": {},
        "type": "none",
        "_v2": {},
    }
    return merchant.add("account", account)


def _requirements(due: list[str], *, disabled_reason: str | None) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": disabled_reason,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def onboard(merchant: Merchant, account: Json) -> None:
    """The walker gave Stripe all it asked for: every requested capability becomes active."""
    account |= {
        "details_submitted": True,
        "payouts_enabled": True,
        "charges_enabled": "card_payments" in account["capabilities"],
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "requirements": _requirements([], disabled_reason=None),
    }
    merchant.emit("account.updated", account, account=account["id"])


def can_receive(account: Json) -> bool:
    return bool(account["capabilities"].get("transfers") == "active")


def retrieve(call: Call) -> Json:
    return call.merchant.get("account", call.id)


def update(call: Call) -> Json:
    call.params.only(*_FIELDS)
    account = call.merchant.get("account", call.id)
    account["metadata"] = call.params.metadata(account["metadata"])
    account["email"] = call.params.text("email") or account["email"]
    return account


def list_accounts(call: Call) -> Json:
    call.params.only(*PAGING)
    return listed(call, call.merchant.all("account"))


OPERATIONS = (
    Operation("POST", "/v1/accounts", create),
    Operation("GET", "/v1/accounts", list_accounts),
    Operation("GET", "/v1/accounts/{id}", retrieve),
    Operation("POST", "/v1/accounts/{id}", update),
)
