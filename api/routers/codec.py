"""Lets support read a booking in the Temporal UI: payloads opened, masked, each look in the audit log."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from temporalio.api.common.v1 import Payload

from api.codec_access import COOKIE, PREFIX
from api.deps import Res, SupportOnly, known, public
from api.schemas.codec import CodecPayload, CodecPayloads
from dogwalk.adapters.payload_reading import PayloadReader
from dogwalk.domain.role import Role
from dogwalk.errors import Forbidden, InvalidInput
from dogwalk.services.support.payload_reads import PayloadReads

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(tags=["support"])

FORM = """<!doctype html><title>Read bookings in the Temporal UI</title>
<form method="post"><label>Access token of a support account
<input name="token" type="password" autocomplete="off" required></label> <button>Open</button></form>
"""
OPENED = "<!doctype html><title>Open</title>Open until the token ends. Go back to the Temporal UI and reload.\n"


@router.post("/codec/decode")
async def decode_payloads(body: CodecPayloads, who: SupportOnly, res: Res) -> CodecPayloads:
    """Temporal's remote codec: the UI and `temporal --codec-endpoint` ask it. Addresses, codes and tokens are masked;
    who looked at which workflow stands in the audit log.
    """
    reader = PayloadReader(keys=res.workflow_keys)
    opened, workflows = await reader.read([_payload(one) for one in body.payloads])
    await PayloadReads(database=res.database).write_down(workflows, by=who.person_id, at=res.clock.now())
    return _payloads(opened)


@router.post("/codec/encode")
async def encode_payloads(body: CodecPayloads, _: SupportOnly) -> CodecPayloads:
    """What the UI sends stays plain: workers read it as it is."""
    return body


@router.get("/codec/session", dependencies=[public], include_in_schema=False)
async def codec_session_form() -> HTMLResponse:
    """For browsers: the UI can carry a cookie, and no token."""
    return HTMLResponse(FORM)


@router.post("/codec/session", dependencies=[public], include_in_schema=False)
async def open_codec_session(request: Request, res: Res) -> HTMLResponse:
    """Puts a support account's access token into a cookie for `/codec`, for as long as it lasts."""
    token = parse_qs((await request.body()).decode(errors="replace")).get("token", [""])[0].strip()
    who = await known(res, res.access_tokens.verify(token))
    if not who.roles & {Role.SUPPORT, Role.ADMIN}:
        raise Forbidden("Your account has not the role for this", code="wrong_role")
    answer = HTMLResponse(OPENED)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(who.seconds_left()),
        path=PREFIX,
        secure=res.settings.is_production,
        httponly=True,
        samesite="strict",
    )
    return answer


def _payload(given: CodecPayload) -> Payload:
    try:
        metadata = {name: b64decode(value, validate=True) for name, value in given.metadata.items()}
        return Payload(metadata=metadata, data=b64decode(given.data, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("Bytes are written in base64", pointer="/payloads") from error


def _payloads(opened: Sequence[Payload]) -> CodecPayloads:
    return CodecPayloads(
        payloads=[
            CodecPayload(
                metadata={name: b64encode(value).decode() for name, value in one.metadata.items()},
                data=b64encode(one.data).decode(),
            )
            for one in opened
        ]
    )
