"""Links into onboarding, v1 and v2: single use, for minutes, opened in `pages`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from devstack.stripe.call import Call, Operation
from devstack.stripe.clock import to_text
from devstack.stripe.errors import invalid, missing
from devstack.stripe.params import Params

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

LIFE_S = 5 * 60


def create(call: Call) -> Json:
    call.params.only("account", "type", "refresh_url", "return_url", "collect", "collection_options")
    kind = call.params.choice("type", ("account_onboarding", "account_update"))
    if kind is None:
        raise missing("type")
    link = _open(call, call.params)
    return {
        "object": "account_link",
        "created": link["created"],
        "expires_at": link["expires_at"],
        "url": link["url"],
    }


def create_v2(call: Call) -> Json:
    call.params.only("account", "use_case")
    use_case = call.params.mapping("use_case")
    kind = Params(use_case).required_text("type")
    if kind not in ("account_onboarding", "account_update"):
        raise invalid(f"Unknown use case {kind}.", param="use_case.type")
    link = _open(call, Params(Params(use_case).mapping(kind)))
    return {
        "object": "v2.core.account_link",
        "account": link["account"],
        "created": to_text(link["created"]),
        "expires_at": to_text(link["expires_at"]),
        "livemode": False,
        "url": link["url"],
        "use_case": use_case,
    }


def _open(call: Call, urls: Params) -> Json:
    """`urls` carries `refresh_url` and `return_url`; v2 nests them in its use case."""
    account = call.merchant.get("account", call.params.required_text("account"), param="account")
    token, now = secrets.token_urlsafe(16), call.merchant.clock.now()
    query = urlencode({"key": call.merchant.publishable_key})
    link = {
        "account": account["id"],
        "created": now,
        "expires_at": now + LIFE_S,
        "refresh_url": urls.required_text("refresh_url"),
        "return_url": urls.required_text("return_url"),
        "url": f"{call.base_url}/_pages/onboarding/{token}?{query}",
    }
    call.merchant.onboarding[token] = link
    return link


OPERATIONS = (
    Operation("POST", "/v1/account_links", create),
    Operation("POST", "/v2/core/account_links", create_v2),
)
