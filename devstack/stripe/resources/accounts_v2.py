"""Connected accounts as v2 shows them: JSON, RFC 3339 times, and only what `include` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.clock import to_text
from devstack.stripe.errors import invalid
from devstack.stripe.params import Params
from devstack.stripe.resources import accounts

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

_FIELDS = (
    "account_token",
    "configuration",
    "contact_email",
    "contact_phone",
    "dashboard",
    "defaults",
    "display_name",
    "identity",
    "metadata",
)
INCLUDABLE = ("configuration.recipient", "configuration.merchant", "defaults", "identity", "requirements")


def create(call: Call) -> Json:
    call.params.only(*_FIELDS)
    configuration = call.params.mapping("configuration")
    identity = call.params.mapping("identity")
    account = accounts.new_account(
        call.merchant,
        country=str(identity.get("country") or "US").upper(),
        email=call.params.text("contact_email"),
        requested=["transfers"] if _wants_transfers(configuration) else [],
        metadata=call.params.metadata(),
    )
    account["_v2"] = {
        "applied_configurations": list(configuration),
        "dashboard": call.params.choice("dashboard", ("express", "full", "none")),
        "display_name": call.params.text("display_name"),
        "defaults": call.params.mapping("defaults") or None,
        "identity": identity or None,
    }
    return _shown(account, call.params)


def _wants_transfers(configuration: Json) -> bool:
    recipient = Params(Params(configuration).mapping("recipient"))
    balance = Params(Params(recipient.mapping("capabilities")).mapping("stripe_balance"))
    return Params(balance.mapping("stripe_transfers")).flag("requested")


def retrieve(call: Call) -> Json:
    call.params.only()
    return _shown(call.merchant.get("account", call.id), call.params)


def update(call: Call) -> Json:
    call.params.only(*_FIELDS)
    account = call.merchant.get("account", call.id)
    account["metadata"] = call.params.metadata(account["metadata"])
    account["email"] = call.params.text("contact_email") or account["email"]
    if _wants_transfers(call.params.mapping("configuration")):
        account["capabilities"].setdefault("transfers", "inactive")
    return _shown(account, call.params)


def list_accounts(call: Call) -> Json:
    call.params.only("limit", "page", "applied_configurations")
    limit = call.params.positive("limit") or 20
    page = [_shown(account, call.params) for account in call.merchant.all("account")[:limit]]
    return {"data": page, "next_page_url": None, "previous_page_url": None}


def _shown(account: Json, params: Params) -> Json:
    include = [str(name) for name in params.items("include")]
    for name in include:
        if name not in INCLUDABLE:
            raise invalid(f"Cannot include {name}.", param="include")
    extra = account["_v2"]
    return {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": extra.get("applied_configurations", []),
        "closed": False,
        "configuration": _configuration(account, include),
        "contact_email": account["email"],
        "created": to_text(account["created"]),
        "dashboard": extra.get("dashboard"),
        "defaults": extra.get("defaults") if "defaults" in include else None,
        "display_name": extra.get("display_name"),
        "future_requirements": None,
        "identity": extra.get("identity") if "identity" in include else None,
        "livemode": False,
        "metadata": account["metadata"],
        "requirements": _requirements(account) if "requirements" in include else None,
    }


def _configuration(account: Json, include: list[str]) -> Json | None:
    if "configuration.recipient" not in include:
        return None
    status = account["capabilities"].get("transfers")
    transfers: Json = {"status": "active" if status == "active" else "restricted", "status_details": []}
    if status != "active":
        transfers["status_details"] = [{"code": "requirements_past_due", "resolution": "provide_info"}]
    balance = {"payouts": None, "stripe_transfers": transfers if status else None}
    return {
        "recipient": {
            "applied": True,
            "capabilities": {"bank_accounts": None, "cards": None, "stripe_balance": balance},
        }
    }


def _requirements(account: Json) -> Json:
    return {
        "collector": "stripe",
        "entries": [
            {
                "awaiting_action_from": "user",
                "description": due,
                "errors": [],
                "impact": {"restricts_capabilities": []},
                "minimum_deadline": {"status": "past_due"},
                "requested_reasons": [{"code": "routine_onboarding"}],
            }
            for due in account["requirements"]["currently_due"]
        ],
        "summary": None,
    }


OPERATIONS = (
    Operation("POST", "/v2/core/accounts", create),
    Operation("GET", "/v2/core/accounts", list_accounts),
    Operation("GET", "/v2/core/accounts/{id}", retrieve),
    Operation("POST", "/v2/core/accounts/{id}", update),
)
