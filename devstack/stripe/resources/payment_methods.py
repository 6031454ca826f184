from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.cards import BY_NAME, BY_NUMBER, TestCard
from devstack.stripe.errors import StripeFault, card_error, invalid, missing, wrong_state
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING, Params
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.merchant import Merchant
    from devstack.stripe.wire import Json


def create(call: Call) -> Json:
    call.params.only("type", "card", "billing_details", "metadata", "allow_redisplay")
    return from_data(call.merchant, call.params)


def from_data(merchant: Merchant, data: Params) -> Json:
    """A new card from its number: `type=card`, `card[number|exp_month|exp_year|cvc]`."""
    if data.required_text("type") != "card":
        raise invalid("The stand-in knows cards only.", param="type")
    card = Params(data.mapping("card"))
    number = (card.text("number") or "").replace(" ", "")
    if not number:
        raise missing("card[number]")
    if number not in BY_NUMBER:
        raise card_error("Your card number is incorrect.", code="incorrect_number", param="number")
    return _new(merchant, BY_NUMBER[number], expiry=_expiry(card), billing=data.mapping("billing_details"))


def resolve(merchant: Merchant, reference: str, *, customer_id: str | None) -> Json:
    """The method to charge or save: `pm_card_*` makes a new one; another customer's and a used one are refused."""
    if card := BY_NAME.get(reference):
        return _new(merchant, card, expiry=(12, _this_year(merchant) + 3), billing={})
    method = merchant.get("payment_method", reference, param="payment_method")
    if method["customer"] not in (None, customer_id):
        message = f"The PaymentMethod {reference} does not belong to the Customer you supplied."
        raise invalid(message, param="payment_method")
    if method["_is_spent"]:
        raise _used_before()
    return method


def _used_before() -> StripeFault:
    return wrong_state(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was"
        " detached from a Customer. It may not be used again.",
        code="payment_method_unexpected_state",
    )


def save(merchant: Merchant, method: Json, *, customer_id: str, is_authenticated: bool = False) -> None:
    """Raises the issuer's refusal. `is_authenticated`: later off-session payments may pass without 3-D Secure."""
    card = BY_NUMBER[method["_number"]]
    if card.decline and card.refuses_attach:
        raise card_error(card.decline.message, code=card.decline.code, decline_code=card.decline.decline_code)
    method["customer"] = customer_id
    method["_is_set_up"] |= is_authenticated
    merchant.emit("payment_method.attached", method)


def retrieve(call: Call) -> Json:
    return call.merchant.get("payment_method", call.id)


def update(call: Call) -> Json:
    call.params.only("metadata", "billing_details", "allow_redisplay", "card")
    method = call.merchant.get("payment_method", call.id)
    method["metadata"] = call.params.metadata(method["metadata"])
    method["allow_redisplay"] = call.params.text("allow_redisplay") or method["allow_redisplay"]
    return method


def attach(call: Call) -> Json:
    call.params.only("customer")
    customer = call.merchant.get("customer", call.params.required_text("customer"), param="customer")
    method = resolve(call.merchant, call.id, customer_id=customer["id"])
    if method["customer"] is None:
        save(call.merchant, method, customer_id=customer["id"])
    return method


def detach(call: Call) -> Json:
    method = call.merchant.get("payment_method", call.id)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise invalid(message, param="payment_method")
    method |= {"customer": None, "_is_spent": True}
    call.merchant.emit("payment_method.detached", method)
    return method


def list_methods(call: Call) -> Json:
    call.params.only(*PAGING, "type", "customer")
    customer_id = call.params.text("customer")
    return listed(call, call.merchant.all("payment_method", lambda method: method["customer"] == customer_id))


def _this_year(merchant: Merchant) -> int:
    return datetime.fromtimestamp(merchant.clock.now(), UTC).year


def _expiry(card: Params) -> tuple[int, int]:
    month, year = card.integer("exp_month"), card.integer("exp_year")
    if month is None or year is None:
        raise missing("card[exp_month]")
    if not 1 <= month <= 12:  # noqa: PLR2004 months
        raise card_error("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    return month, year if year > 99 else 2000 + year  # noqa: PLR2004 a year may come as two digits


def _new(merchant: Merchant, card: TestCard, *, expiry: tuple[int, int], billing: Json) -> Json:
    nobody = {"address": None, "email": None, "name": None, "phone": None}
    return merchant.add(
        "payment_method",
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": nobody | billing,
            "card": _card(card, expiry),
            "created": merchant.clock.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_number": card.number,
            "_is_set_up": False,
            "_is_spent": False,
        },
    )


def _card(card: TestCard, expiry: tuple[int, int]) -> Json:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": f"fp{card.number[-6:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


OPERATIONS = (
    Operation("POST", "/v1/payment_methods", create, is_public=True),
    Operation("GET", "/v1/payment_methods", list_methods),
    Operation("GET", "/v1/payment_methods/{id}", retrieve),
    Operation("POST", "/v1/payment_methods/{id}", update),
    Operation("POST", "/v1/payment_methods/{id}/attach", attach),
    Operation("POST", "/v1/payment_methods/{id}/detach", detach),
)
