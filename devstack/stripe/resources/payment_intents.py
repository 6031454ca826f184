from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe import charging, holds
from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import StripeFault, invalid, missing, wrong_state
from devstack.stripe.ids import new_client_secret, new_id
from devstack.stripe.merchant import visible
from devstack.stripe.params import PAGING, Params
from devstack.stripe.render import listed
from devstack.stripe.resources import payment_methods
from dogwalk.domain.least_charge import least_charge

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

LARGEST_AMOUNT = 99_999_999
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_CONFIRM_FIELDS = (
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "off_session",
    "return_url",
    "setup_future_usage",
    "use_stripe_sdk",
    "error_on_requires_action",
    "client_secret",
    "mandate_data",
    "receipt_email",
)
_CREATE_FIELDS = (
    *_CONFIRM_FIELDS,
    "amount",
    "currency",
    "customer",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "confirmation_method",
    "description",
    "metadata",
    "statement_descriptor_suffix",
    "transfer_group",
)


def create(call: Call) -> Json:
    call.params.only(*_CREATE_FIELDS)
    if call.params.flag("off_session") and not call.params.flag("confirm"):
        raise invalid("You can only set `off_session` when `confirm` is true.", param="off_session")
    intent = _new(call, customer_id=_customer_id(call))
    method = _method(call, intent)
    call.merchant.add("payment_intent", intent)
    call.merchant.emit("payment_intent.created", intent)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return _attempt(call, intent) if call.params.flag("confirm") else intent


def _customer_id(call: Call) -> str | None:
    customer_id = call.params.text("customer")
    return call.merchant.get("customer", customer_id, param="customer")["id"] if customer_id else None


def _amount(params: Params) -> int:
    amount = params.required_positive("amount")
    currency = params.required_text("currency").lower()
    if amount < (least := least_charge(currency)):
        message = f"Amount must be no less than {least} {currency} in its smallest unit."
        raise invalid(message, param="amount", code="amount_too_small")
    if amount > LARGEST_AMOUNT:
        raise invalid("Amount must be no more than $999,999.99.", param="amount", code="amount_too_large")
    return amount


def _new(call: Call, *, customer_id: str | None) -> Json:
    params, intent_id = call.params, new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": _amount(params),
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": params.mapping("automatic_payment_methods") or None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.choice(
            "capture_method", ("automatic", "automatic_async", "manual"), "automatic_async"
        ),
        "client_secret": new_client_secret(intent_id),
        "confirmation_method": params.choice("confirmation_method", ("automatic", "manual"), "automatic"),
        "created": call.merchant.clock.now(),
        "currency": params.required_text("currency").lower(),
        "customer": customer_id,
        "description": params.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.metadata(),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": params.mapping("payment_method_options"),
        "payment_method_types": params.items("payment_method_types") or ["card"],
        "processing": None,
        "receipt_email": params.text("receipt_email"),
        "review": None,
        "setup_future_usage": params.choice("setup_future_usage", ("off_session", "on_session")),
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": params.text("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": params.text("transfer_group"),
        "_return_url": params.text("return_url"),
        "_off_session": False,
    }


def _method(call: Call, intent: Json) -> Json | None:
    if call.params.has("payment_method_data"):
        return payment_methods.from_data(call.merchant, Params(call.params.mapping("payment_method_data")))
    reference = call.params.text("payment_method")
    return payment_methods.resolve(call.merchant, reference, customer_id=intent["customer"]) if reference else None


def retrieve(call: Call) -> Json:
    call.params.only("client_secret")
    return call.client_object("payment_intent")


def update(call: Call) -> Json:
    call.params.only("metadata", "description", "transfer_group", "payment_method", "receipt_email")
    intent = call.merchant.get("payment_intent", call.id)
    if method := _method(call, intent):
        _require(intent, CONFIRMABLE, verb="updated", code="payment_intent_unexpected_state")
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    intent["metadata"] = call.params.metadata(intent["metadata"])
    intent |= {name: call.params.text(name) for name in ("description", "transfer_group") if call.params.has(name)}
    return intent


def list_intents(call: Call) -> Json:
    call.params.only(*PAGING, "customer")
    customer_id = call.params.text("customer")
    return listed(call, call.merchant.all("payment_intent", lambda it: customer_id in (None, it["customer"])))


def confirm(call: Call) -> Json:
    call.params.only(*_CONFIRM_FIELDS, "capture_method")
    intent = call.client_object("payment_intent")
    _require(intent, CONFIRMABLE, verb="confirmed", code="payment_intent_unexpected_state")
    if method := _method(call, intent):
        intent["payment_method"] = method["id"]
    intent["_return_url"] = call.params.text("return_url") or intent["_return_url"]
    if call.params.has("setup_future_usage"):
        intent["setup_future_usage"] = call.params.text("setup_future_usage")
    return _attempt(call, intent)


def _attempt(call: Call, intent: Json) -> Json:
    if intent["payment_method"] is None:
        raise missing("payment_method")
    off_session = call.params.flag("off_session") and not call.is_public
    charging.attempt(call.merchant, intent, off_session=off_session, base_url=call.base_url)
    return intent


def capture(call: Call) -> Json:
    call.params.only("amount_to_capture", "metadata", "statement_descriptor_suffix", "final_capture")
    intent = call.merchant.get("payment_intent", call.id)
    amount = call.params.positive("amount_to_capture") or intent["amount_capturable"]
    _require(intent, ("requires_capture",), verb="captured", code="payment_intent_unexpected_state")
    if amount > intent["amount_capturable"]:
        message = f"The amount_to_capture {amount} is greater than the capturable {intent['amount_capturable']}."
        raise invalid(message, param="amount_to_capture", code="amount_too_large")
    intent["metadata"] = call.params.metadata(intent["metadata"])
    charging.capture(call.merchant, intent, amount=amount)
    return intent


def cancel(call: Call) -> Json:
    call.params.only("cancellation_reason")
    intent = call.merchant.get("payment_intent", call.id)
    reason = call.params.choice("cancellation_reason", REASONS)
    _require(intent, CANCELABLE, verb="canceled", code="payment_intent_unexpected_state")
    charge = None
    if intent["status"] == "requires_capture":
        charge = holds.let_go(call.merchant, intent, reason=reason)
    else:
        holds.cancel(call.merchant, intent, reason=reason)
    call.merchant.emit("payment_intent.canceled", intent)
    if charge:
        call.merchant.emit("charge.refunded", charge)
    return intent


def _require(intent: Json, statuses: tuple[str, ...], *, verb: str, code: str) -> None:
    if intent["status"] not in statuses:
        raise _unexpected(intent, statuses, verb=verb, code=code)


def _unexpected(intent: Json, statuses: tuple[str, ...], *, verb: str, code: str) -> StripeFault:
    message = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a PaymentIntent"
        f" with one of the following statuses may be {verb}: {', '.join(statuses)}."
    )
    return wrong_state(message, code=code, payment_intent=visible(intent))


OPERATIONS = (
    Operation("POST", "/v1/payment_intents", create),
    Operation("GET", "/v1/payment_intents", list_intents),
    Operation("GET", "/v1/payment_intents/{id}", retrieve, is_public=True),
    Operation("POST", "/v1/payment_intents/{id}", update),
    Operation("POST", "/v1/payment_intents/{id}/confirm", confirm, is_public=True),
    Operation("POST", "/v1/payment_intents/{id}/capture", capture),
    Operation("POST", "/v1/payment_intents/{id}/cancel", cancel),
)
