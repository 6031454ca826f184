"""Firebase Cloud Messaging, HTTP v1: one message a call, the bearer verified, errors in Google's shape."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.standins.inbox import Channel, Inbox, Received
from devstack.standins.lost import LostResponse
from devstack.standins.service_account import PROJECT, Bearers, Unauthenticated

if TYPE_CHECKING:
    from starlette.requests import Request

    from devstack.standins.faults import Fault, Faults

ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TARGETS = ("token", "fid", "topic", "condition")
DATA_LIMIT_BYTES = 4096


class Fcm:
    def __init__(self, *, inbox: Inbox, faults: Faults, bearers: Bearers) -> None:
        self._inbox = inbox
        self._faults = faults
        self._bearers = bearers

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/v1/projects/{project}/messages:send", self.send, methods=["POST"]),
            Route("/token", self.token, methods=["POST"]),
        ]

    async def send(self, request: Request) -> Response:
        try:
            self._bearers.check(request.headers.get("authorization"))
        except Unauthenticated as error:
            return _error(401, "UNAUTHENTICATED", str(error))
        if request.path_params["project"] != PROJECT:
            return _error(403, "SENDER_ID_MISMATCH", "the account belongs to another project")
        body = await request.json()
        if problem := _problem(body):
            return _error(400, "INVALID_ARGUMENT", problem)
        return await self._deliver(body["message"], is_dry_run=bool(body.get("validate_only")))

    async def _deliver(self, message: dict[str, Any], *, is_dry_run: bool) -> Response:
        to = next(str(message[name]) for name in TARGETS if name in message)
        fault = self._faults.take(Channel.PUSH, to)
        if fault is not None:
            await asyncio.sleep(fault.slow_s)
        if fault is not None and fault.status is not None:
            return _refusal(fault)
        number = 0 if is_dry_run else await self._inbox.add(_received(to, message))
        if fault is not None and fault.lost:
            return LostResponse()
        return JSONResponse({"name": f"projects/{PROJECT}/messages/{number}"})

    async def token(self, request: Request) -> Response:
        form = await request.form()
        if form.get("grant_type") != GRANT:
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        try:
            return JSONResponse(self._bearers.exchange(str(form.get("assertion", ""))))
        except Unauthenticated as error:
            return JSONResponse({"error": "invalid_grant", "error_description": str(error)}, status_code=400)


def _received(to: str, message: dict[str, Any]) -> Received:
    shown = message.get("notification", {})
    subject, text = shown.get("title", ""), shown.get("body", "")
    return Received(channel=Channel.PUSH, to=to, subject=subject, text=text, provider_data=message)


def _problem(body: object) -> str | None:
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, dict):
        return "message is missing"
    if sum(name in message for name in TARGETS) != 1:
        return f"exactly one of {', '.join(TARGETS)} must be set"
    data = message.get("data", {})
    if not all(isinstance(value, str) for value in data.values()):
        return "data values must be strings"
    size_bytes = sum(len(key.encode()) + len(value.encode()) for key, value in data.items())
    return f"data of {size_bytes} bytes is too big" if size_bytes > DATA_LIMIT_BYTES else None


def _refusal(fault: Fault) -> Response:
    return _error(fault.status or 500, fault.code or "UNAVAILABLE", "asked for by a fault")


def _error(status: int, code: str, message: str) -> Response:
    details = [{"@type": ERROR_TYPE, "errorCode": code}]
    error = {"code": status, "message": message, "status": _status_name(status), "details": details}
    return JSONResponse({"error": error}, status_code=status)


def _status_name(status: int) -> str:
    names = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        503: "UNAVAILABLE",
    }
    return names.get(status, "UNKNOWN")
