"""Payloads of Temporal opened for a person's eyes: what may identify a home or a person's address is taken out again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload

from dogwalk.adapters.payload_codec import ENCODING, EncryptingCodec
from dogwalk.adapters.workflow_keys import KeyDestroyed
from dogwalk.telemetry.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.adapters.payload_codec import Keys

UNREADABLE = "this workflow's data key is gone, or the payload is not ours"


class PayloadReader:
    def __init__(self, *, keys: Keys) -> None:
        self._codec = EncryptingCodec(keys=keys)

    async def read(self, payloads: Sequence[Payload]) -> tuple[list[Payload], set[str]]:
        """Each masked, in the order given, with the workflows they are of. What cannot be opened says so in its place."""
        opened = [await self._open(payload) for payload in payloads]
        workflows = {workflow for workflow, _ in opened if workflow is not None}
        return [_masked(payload) for _, payload in opened], workflows

    async def _open(self, payload: Payload) -> tuple[str | None, Payload]:
        if payload.metadata.get("encoding") != ENCODING:
            return None, payload
        try:
            workflow = _workflow(payload)
            [plain] = await self._codec.decode([payload])
        except (KeyDestroyed, InvalidTag, KeyError, ValueError):
            return None, _said(UNREADABLE)
        return workflow, plain


def _workflow(payload: Payload) -> str:
    """Whose it says it is. ValueError for what nobody can be called."""
    workflow = payload.metadata["workflow"].decode()
    if "\x00" in workflow:
        raise ValueError("no workflow's id")
    return workflow


def _masked(payload: Payload) -> Payload:
    """By the names of fields and the look of values, as in logs. What is no JSON is not shown at all."""
    if not payload.data:
        return payload
    try:
        held = json.loads(payload.data)
    except (ValueError, RecursionError):
        return _said("not shown: no JSON")
    return Payload(metadata=dict(payload.metadata), data=json.dumps(redacted("", held)).encode())


def _said(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text).encode())
