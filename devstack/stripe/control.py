"""What only a stand-in can do, JSON in and out, under the secret key (Bearer, or `?key=`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.stripe import money
from devstack.stripe.authentication import authenticate
from devstack.stripe.errors import StripeFault
from devstack.stripe.faults import ALL_ROUTES, Fault, Lost
from devstack.stripe.holds import lapse_due
from devstack.stripe.merchant import Merchant, visible
from devstack.stripe.resources.accounts import onboard
from devstack.stripe.resources.refunds import send_back
from devstack.stripe.resources.webhook_endpoints import register
from devstack.stripe.webhooks import WebhookFaults

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from devstack.stripe.registry import Registry
    from devstack.stripe.wire import Json


class Command(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(Command):
    pass


class Advance(Command):
    seconds: float


class Authenticate(Command):
    intent: str
    outcome: str = "succeed"


class Onboard(Command):
    account: str


class SendBack(Command):
    refund: str


class AddBalance(Command):
    """Of the platform, or of a connected account; a negative amount went to a bank."""

    amount: int
    currency: str = "usd"
    account: str | None = None


class AddWebhook(Command):
    url: str
    secret: str
    connect: bool = False
    enabled_events: list[str] = ["*"]


class SetWebhookFaults(Command):
    duplicate: bool = False
    shuffle: bool = False
    drop: int = 0
    delay_s: float = 0.0
    hold: bool = False


class AddFault(Command):
    route: str = ALL_ROUTES
    method: str | None = None
    status: int | None = None
    lost: Lost | None = None
    slow_s: float = 0.0
    times: int | None = 1


def now(merchant: Merchant, _: Nothing) -> Json:
    return {"now": merchant.clock.now()}


def advance(merchant: Merchant, command: Advance) -> Json:
    merchant.clock.advance(command.seconds)
    lapse_due(merchant)
    return {"now": merchant.clock.now()}


def authenticate_intent(merchant: Merchant, command: Authenticate) -> Json:
    intent = merchant.find(command.intent)
    if intent is None or intent["status"] != "requires_action":
        raise StripeFault(f"{command.intent} does not wait for its card holder.", status=409)
    authenticate(merchant, intent, is_confirmed=command.outcome == "succeed")
    return {"id": intent["id"], "status": intent["status"]}


def onboard_account(merchant: Merchant, command: Onboard) -> Json:
    account = merchant.get("account", command.account)
    onboard(merchant, account)
    shown: Json = visible(account)
    return shown


def send_refund_back(merchant: Merchant, command: SendBack) -> Json:
    refund = merchant.get("refund", command.refund)
    if refund["status"] == "failed":
        raise StripeFault(f"{command.refund} came back already.", status=409)
    send_back(merchant, refund)
    shown: Json = visible(refund)
    return shown


def add_balance(merchant: Merchant, command: AddBalance) -> Json:
    kind = "topup" if command.amount > 0 else "payout"
    account = merchant.get("account", command.account)["id"] if command.account else None
    money.book(merchant, kind=kind, amount=command.amount, currency=command.currency, source=None, account=account)
    return {"available": money.balances(merchant, account=account)[command.currency][0]}


def add_webhook(merchant: Merchant, command: AddWebhook) -> Json:
    return register(
        merchant,
        url=command.url,
        secret=command.secret,
        is_connect=command.connect,
        events=command.enabled_events,
    )


def set_webhook_faults(merchant: Merchant, command: SetWebhookFaults) -> Json:
    merchant.webhooks.set_faults(WebhookFaults(**command.model_dump()))
    return command.model_dump()


def release_webhooks(merchant: Merchant, _: Nothing) -> Json:
    return {"released": merchant.webhooks.release()}


def add_fault(merchant: Merchant, command: AddFault) -> Json:
    merchant.faults.add(Fault(**command.model_dump()))
    return command.model_dump()


def clear_faults(merchant: Merchant, _: Nothing) -> Json:
    merchant.faults.clear()
    return {}


def requests(merchant: Merchant, _: Nothing) -> Json:
    webhooks = {"delivered": merchant.webhooks.delivered, "failed": merchant.webhooks.failed}
    return merchant.requests.report() | {"webhooks": webhooks}


_C = TypeVar("_C", bound=Command)


def _endpoint(model: type[_C], handler: Callable[[Merchant, _C], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        merchant = _merchant(request)
        try:
            command = model.model_validate_json(await request.body() or b"{}")
        except ValidationError as error:
            return JSONResponse({"error": {"message": str(error)}}, status_code=422)
        return JSONResponse(handler(merchant, command))

    return endpoint


def _merchant(request: Request) -> Merchant:
    registry: Registry = request.app.state.registry
    caller = registry.caller(authorization=request.headers.get("authorization"), key=request.query_params.get("key"))
    if caller.is_public:
        raise StripeFault("The control plane needs the secret key.", status=401)
    return caller.merchant


async def reset(request: Request) -> Response:
    await request.app.state.registry.reset(_merchant(request))
    return JSONResponse({})


ROUTES = (
    Route("/_control/reset", reset, methods=["POST"]),
    Route("/_control/clock", _endpoint(Nothing, now), methods=["GET"]),
    Route("/_control/clock", _endpoint(Advance, advance), methods=["POST"]),
    Route("/_control/authenticate", _endpoint(Authenticate, authenticate_intent), methods=["POST"]),
    Route("/_control/onboard", _endpoint(Onboard, onboard_account), methods=["POST"]),
    Route("/_control/send_back", _endpoint(SendBack, send_refund_back), methods=["POST"]),
    Route("/_control/balance", _endpoint(AddBalance, add_balance), methods=["POST"]),
    Route("/_control/webhooks", _endpoint(AddWebhook, add_webhook), methods=["POST"]),
    Route("/_control/webhook_faults", _endpoint(SetWebhookFaults, set_webhook_faults), methods=["POST"]),
    Route("/_control/webhook_release", _endpoint(Nothing, release_webhooks), methods=["POST"]),
    Route("/_control/faults", _endpoint(AddFault, add_fault), methods=["POST"]),
    Route("/_control/faults", _endpoint(Nothing, clear_faults), methods=["DELETE"]),
    Route("/_control/requests", _endpoint(Nothing, requests), methods=["GET"]),
)
