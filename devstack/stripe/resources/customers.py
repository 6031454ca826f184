from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import no_such
from devstack.stripe.ids import new_id
from devstack.stripe.params import PAGING
from devstack.stripe.render import listed

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

_TEXTS = ("email", "name", "phone", "description")
_FIELDS = (*_TEXTS, "metadata", "address", "shipping", "preferred_locales", "payment_method", "invoice_settings")


def create(call: Call) -> Json:
    call.params.only(*_FIELDS)
    customer: Json = {
        "id": new_id("cus"),
        "object": "customer",
        "address": call.params.mapping("address") or None,
        "balance": 0,
        "created": call.merchant.clock.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": None,
        "invoice_settings": {"default_payment_method": None},
        "livemode": False,
        "metadata": call.params.metadata(),
        "preferred_locales": call.params.items("preferred_locales"),
        "shipping": None,
        "tax_exempt": "none",
    }
    customer |= {name: call.params.text(name) for name in _TEXTS}
    call.merchant.add("customer", customer)
    call.merchant.emit("customer.created", customer)
    return customer


def retrieve(call: Call) -> Json:
    return call.merchant.get("customer", call.id)


def update(call: Call) -> Json:
    call.params.only(*_FIELDS, "default_source")
    customer = call.merchant.get("customer", call.id)
    customer |= {name: call.params.text(name) for name in _TEXTS if call.params.has(name)}
    customer["metadata"] = call.params.metadata(customer["metadata"])
    customer["invoice_settings"] |= call.params.mapping("invoice_settings")
    call.merchant.emit("customer.updated", customer)
    return customer


def delete(call: Call) -> Json:
    customer = call.merchant.get("customer", call.id)
    for method in _methods_of(call, customer["id"]):
        method["customer"] = None
    del call.merchant.kinds["customer"][customer["id"]]
    call.merchant.emit("customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


def list_customers(call: Call) -> Json:
    call.params.only(*PAGING, "email")
    email = call.params.text("email")
    return listed(call, call.merchant.all("customer", lambda customer: email in (None, customer["email"])))


def list_payment_methods(call: Call) -> Json:
    call.params.only(*PAGING, "type", "allow_redisplay")
    call.merchant.get("customer", call.id)
    return listed(call, _methods_of(call, call.id))


def retrieve_payment_method(call: Call) -> Json:
    method = call.merchant.get("payment_method", call.path["method"])
    if method["customer"] != call.merchant.get("customer", call.id)["id"]:
        raise no_such("PaymentMethod", method["id"], param=None)
    return method


def _methods_of(call: Call, customer_id: str) -> list[Json]:
    return call.merchant.all("payment_method", lambda method: method["customer"] == customer_id)


OPERATIONS = (
    Operation("POST", "/v1/customers", create),
    Operation("GET", "/v1/customers", list_customers),
    Operation("GET", "/v1/customers/{id}", retrieve),
    Operation("POST", "/v1/customers/{id}", update),
    Operation("DELETE", "/v1/customers/{id}", delete),
    Operation("GET", "/v1/customers/{id}/payment_methods", list_payment_methods),
    Operation("GET", "/v1/customers/{id}/payment_methods/{method}", retrieve_payment_method),
)
