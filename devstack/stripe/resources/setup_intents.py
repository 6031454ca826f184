from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import three_d_secure
from devstack.stripe.call import Call, Operation
from devstack.stripe.cards import BY_NUMBER, Challenge
from devstack.stripe.errors import StripeFault, missing, wrong_state
from devstack.stripe.ids import new_client_secret, new_id
from devstack.stripe.merchant import Merchant, visible
from devstack.stripe.params import PAGING, Params
from devstack.stripe.render import listed
from devstack.stripe.resources import payment_methods

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_CONFIRM_FIELDS = (
    "payment_method",
    "payment_method_data",
    "return_url",
    "client_secret",
    "use_stripe_sdk",
    "mandate_data",
    "payment_method_options",
)
_CREATE_FIELDS = (
    *_CONFIRM_FIELDS,
    "customer",
    "usage",
    "payment_method_types",
    "automatic_payment_methods",
    "confirm",
    "description",
    "metadata",
)


def create(call: Call) -> Json:
    call.params.only(*_CREATE_FIELDS)
    intent = _new(call)
    if method := _method(call, intent):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.merchant.add("setup_intent", intent)
    call.merchant.emit("setup_intent.created", intent)
    return _attempt(call, intent) if call.params.flag("confirm") else intent


def _new(call: Call) -> Json:
    params, intent_id, customer_id = call.params, new_id("seti"), call.params.text("customer")
    if customer_id:
        call.merchant.get("customer", customer_id, param="customer")
    return {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": params.mapping("automatic_payment_methods") or None,
        "cancellation_reason": None,
        "client_secret": new_client_secret(intent_id),
        "created": call.merchant.clock.now(),
        "customer": customer_id,
        "description": params.text("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": params.metadata(),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": params.mapping("payment_method_options") or None,
        "payment_method_types": params.items("payment_method_types") or ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.choice("usage", ("off_session", "on_session"), "off_session"),
        "_return_url": params.text("return_url"),
    }


def _method(call: Call, intent: Json) -> Json | None:
    if call.params.has("payment_method_data"):
        return payment_methods.from_data(call.merchant, Params(call.params.mapping("payment_method_data")))
    reference = call.params.text("payment_method")
    return payment_methods.resolve(call.merchant, reference, customer_id=intent["customer"]) if reference else None


def retrieve(call: Call) -> Json:
    call.params.only("client_secret")
    return call.client_object("setup_intent")


def list_intents(call: Call) -> Json:
    call.params.only(*PAGING, "customer", "payment_method")
    customer_id = call.params.text("customer")
    return listed(call, call.merchant.all("setup_intent", lambda it: customer_id in (None, it["customer"])))


def confirm(call: Call) -> Json:
    call.params.only(*_CONFIRM_FIELDS)
    intent = call.client_object("setup_intent")
    _require_open(intent, verb="confirmed")
    if method := _method(call, intent):
        intent["payment_method"] = method["id"]
    intent["_return_url"] = call.params.text("return_url") or intent["_return_url"]
    return _attempt(call, intent)


def _attempt(call: Call, intent: Json) -> Json:
    if intent["payment_method"] is None:
        raise missing("payment_method")
    method = call.merchant.get("payment_method", intent["payment_method"])
    if _is_challenged(BY_NUMBER[method["_number"]].challenge, intent):
        three_d_secure.challenge(call.merchant, intent, base_url=call.base_url)
        call.merchant.emit("setup_intent.requires_action", intent)
    else:
        _succeed(call.merchant, intent, is_authenticated=False)
    return intent


def _is_challenged(challenge: Challenge, intent: Json) -> bool:
    if challenge is Challenge.ON_REQUEST:
        return three_d_secure.is_requested(intent)
    return challenge is not Challenge.NEVER


def authenticated(merchant: Merchant, intent: Json, *, is_confirmed: bool) -> None:
    """The card holder came back from the issuer's page. A refusal is then seen on the intent, not raised."""
    intent["next_action"] = None
    if not is_confirmed:
        message = "We are unable to authenticate your payment method."
        code = "setup_intent_authentication_failure"
        _fail(merchant, intent, {"type": "invalid_request_error", "code": code, "message": message})
        return
    try:
        _succeed(merchant, intent, is_authenticated=True)
    except StripeFault:
        return


def _succeed(merchant: Merchant, intent: Json, *, is_authenticated: bool) -> None:
    method = merchant.get("payment_method", intent["payment_method"])
    try:
        if intent["customer"]:
            payment_methods.save(merchant, method, customer_id=intent["customer"], is_authenticated=is_authenticated)
    except StripeFault as refusal:
        _fail(merchant, intent, dict(refusal.error))
        refusal.error["setup_intent"] = visible(intent)
        raise
    intent |= {"status": "succeeded", "last_setup_error": None, "next_action": None}
    merchant.emit("setup_intent.succeeded", intent)


def _fail(merchant: Merchant, intent: Json, error: Json) -> None:
    method = merchant.get("payment_method", intent["payment_method"])
    error |= {"payment_method": visible(method)}
    intent |= {"status": "requires_payment_method", "payment_method": None, "last_setup_error": error}
    merchant.emit("setup_intent.setup_failed", intent)


def cancel(call: Call) -> Json:
    call.params.only("cancellation_reason")
    intent = call.merchant.get("setup_intent", call.id)
    _require_open(intent, verb="canceled")
    reason = call.params.choice("cancellation_reason", ("abandoned", "duplicate", "requested_by_customer"))
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    call.merchant.emit("setup_intent.canceled", intent)
    return intent


def _require_open(intent: Json, *, verb: str) -> None:
    if intent["status"] not in OPEN:
        message = f"This SetupIntent could not be {verb} because it has a status of {intent['status']}."
        raise wrong_state(message, code="setup_intent_unexpected_state", setup_intent=visible(intent))


OPERATIONS = (
    Operation("POST", "/v1/setup_intents", create),
    Operation("GET", "/v1/setup_intents", list_intents),
    Operation("GET", "/v1/setup_intents/{id}", retrieve, is_public=True),
    Operation("POST", "/v1/setup_intents/{id}/confirm", confirm, is_public=True),
    Operation("POST", "/v1/setup_intents/{id}/cancel", cancel),
)
