"""What happens to every call, in order: who asks, what is asked, trouble on demand, remembered key, work, answer.

Handlers are plain functions: no other call runs between their reads and writes. A slow fault waits inside the
remembered key, so that a second call under it meets a real 409.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devstack.stripe.call import Call, Operation
from devstack.stripe.errors import StripeFault
from devstack.stripe.faults import Fault, answer_for
from devstack.stripe.form import nest
from devstack.stripe.holds import lapse_due
from devstack.stripe.idempotency import V1_LIFE_S, V2_LIFE_S
from devstack.stripe.ids import new_id
from devstack.stripe.lost import LostResponse
from devstack.stripe.merchant import Merchant, visible
from devstack.stripe.params import Params
from devstack.stripe.render import rendered
from devstack.stripe.request_log import LoggedRequest
from devstack.stripe.wire import Json

if TYPE_CHECKING:
    from devstack.stripe.registry import Caller, Registry

Answer = tuple[int, Json]


@dataclass(slots=True)
class _Exchange:
    """One request on its way through."""

    request: Request
    operation: Operation
    merchant: Merchant
    params: Params
    fault: Fault | None
    is_replayed: bool = False

    @property
    def key(self) -> str | None:
        return self.request.headers.get("idempotency-key") if self.request.method == "POST" else None

    @property
    def is_v2(self) -> bool:
        return self.operation.route.startswith("/v2/")


async def respond(request: Request, operation: Operation) -> Response:
    try:
        caller = _caller(request, operation)
        params = await _params(request)
    except StripeFault as fault:
        return _response((fault.status, fault.body), is_replayed=False)
    lapse_due(caller.merchant)
    fault_now = caller.merchant.faults.take(request.method, operation.route, request.url.path)
    exchange = _Exchange(request, operation, caller.merchant, params, fault_now)
    answer = await _answer(exchange, is_public=caller.is_public)
    _log(exchange, answer)
    if fault_now and fault_now.lost:
        return LostResponse(fault_now.lost)
    return _response(answer, is_replayed=exchange.is_replayed)


def _caller(request: Request, operation: Operation) -> Caller:
    registry: Registry = request.app.state.registry
    key = request.query_params.get("key")
    caller = registry.caller(authorization=request.headers.get("authorization"), key=key)
    if caller.is_public and not operation.is_public:
        message = "This API call cannot be made with a publishable API key. Please use a secret API key."
        raise StripeFault(message, status=401, code="secret_key_required")
    return caller


async def _params(request: Request) -> Params:
    """Query for GET and DELETE, JSON for v2, form otherwise."""
    if request.method != "POST":
        return Params(nest((k, v) for k, v in request.query_params.multi_items() if k != "key"))
    body = await request.body()
    if request.url.path.startswith("/v2/"):
        return Params(_json_object(body))
    return Params(nest(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)))


def _json_object(body: bytes) -> Json:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise StripeFault("The request body is not a JSON object.", code="invalid_json")
    return parsed


async def _answer(exchange: _Exchange, *, is_public: bool) -> Answer:
    fault = exchange.fault
    if fault and fault.status:
        injected = answer_for(fault.status)
        return injected.status, injected.body
    try:
        remembered = _begin(exchange)
    except StripeFault as refused:
        return refused.status, refused.body
    if remembered is not None:
        exchange.is_replayed = True
        return remembered
    return await _execute(exchange, is_public=is_public)


def _begin(exchange: _Exchange) -> Answer | None:
    if exchange.key is None:
        return None
    whole = json.dumps([exchange.request.url.path, exchange.params.raw], sort_keys=True)
    life_s = V2_LIFE_S if exchange.is_v2 else V1_LIFE_S
    return exchange.merchant.idempotency.begin(
        exchange.key, fingerprint=sha256(whole.encode()).hexdigest(), life_s=life_s
    )


async def _execute(exchange: _Exchange, *, is_public: bool) -> Answer:
    stored: Answer | None = None
    try:
        if exchange.fault and exchange.fault.slow_s:
            await asyncio.sleep(exchange.fault.slow_s)
        answer = stored = 200, _work(exchange, is_public=is_public)
    except StripeFault as refused:
        answer = refused.status, visible(refused.body)
        stored = answer if refused.stored and not exchange.is_v2 else None
    finally:
        if exchange.key:
            exchange.merchant.idempotency.finish(exchange.key, stored)
    return answer


def _work(exchange: _Exchange, *, is_public: bool) -> Json:
    request = exchange.request
    call = Call(
        merchant=exchange.merchant,
        params=exchange.params,
        path=dict(request.path_params),
        url=request.url.path,
        base_url=str(request.base_url).rstrip("/"),
        is_public=is_public,
        account=request.headers.get("stripe-account"),
    )
    return rendered(exchange.merchant, exchange.operation.handler(call), exchange.params.items("expand"))


def _log(exchange: _Exchange, answer: Answer) -> None:
    exchange.merchant.requests.add(
        LoggedRequest(
            method=exchange.request.method,
            path=exchange.request.url.path,
            route=exchange.operation.route,
            status=answer[0],
            idempotency_key=exchange.key,
            is_replayed=exchange.is_replayed,
            fault=exchange.fault.label if exchange.fault else None,
        )
    )


def _response(answer: Answer, *, is_replayed: bool) -> Response:
    headers = {"Request-Id": new_id("req")} | ({"Idempotent-Replayed": "true"} if is_replayed else {})
    return JSONResponse(answer[1], status_code=answer[0], headers=headers)
