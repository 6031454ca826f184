"""Temporal's remote codec protocol: payloads as protobuf's JSON, bytes in base64."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.base import Schema

PAYLOADS_MAX = 1000
Base64 = Annotated[str, Field(max_length=1_000_000, examples=["eyJyZWFzb24iOiAiLi4uIn0="])]


class CodecPayload(Schema):
    metadata: dict[str, Base64] = Field(default_factory=dict, max_length=20)
    data: Base64 = ""


class CodecPayloads(Schema):
    """The command line also asks about an empty list, which protobuf's JSON leaves out."""

    payloads: list[CodecPayload] = Field(default_factory=list, max_length=PAYLOADS_MAX)
