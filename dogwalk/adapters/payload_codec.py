"""Temporal payloads, compressed and sealed: zlib, then AES-256-GCM under the data key of their workflow.

The workflow's id stands in the payload's metadata, so that decoding needs no context; plain payloads pass, so that what
was written before, or carries ids only (standalone activities), is read as it is. Search attributes, workflow and update
ids never come here and are never sealed.
"""

from __future__ import annotations

import os
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from dogwalk.adapters.payload_dictionary import DICTIONARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.converter import SerializationContext

ENCODING = b"binary/aes-gcm-zlib"
NONCE_BYTES = 12

# What a schedule starts is called after it and the time: `fleet-sweep-2026-11-24T15:30:00Z`.
SCHEDULED = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


@lru_cache(maxsize=1000)
def key_owner(workflow_id: str | None) -> str | None:
    """Whose data key seals a workflow's payloads: its own, or one for all runs of a schedule, which name no person."""
    return SCHEDULED.sub("", workflow_id) if workflow_id else None


class Keys(Protocol):
    async def for_writing(self, workflow_id: str) -> bytes: ...
    async def for_reading(self, workflow_id: str) -> bytes: ...


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    def __init__(self, *, keys: Keys, workflow_id: str | None = None) -> None:
        self._keys = keys
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> EncryptingCodec:
        """Learns whose payloads these are."""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self.of(key_owner(context.workflow_id))
        return self

    def of(self, workflow_id: str | None) -> EncryptingCodec:
        return EncryptingCodec(keys=self._keys, workflow_id=workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if self._workflow_id is None:
            return list(payloads)
        key = AESGCM(await self._keys.for_writing(self._workflow_id))
        return [_seal(payload, key, self._workflow_id) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._open(payload) for payload in payloads]

    async def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        workflow_id = payload.metadata["workflow"].decode()
        key = AESGCM(await self._keys.for_reading(workflow_id))
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        return Payload.FromString(_unpack(key.decrypt(nonce, sealed, workflow_id.encode())))


def _seal(payload: Payload, key: AESGCM, workflow_id: str) -> Payload:
    nonce = os.urandom(NONCE_BYTES)
    packed = _pack(payload.SerializeToString())
    return Payload(
        metadata={"encoding": ENCODING, "workflow": workflow_id.encode()},
        data=nonce + key.encrypt(nonce, packed, workflow_id.encode()),
    )


def _pack(data: bytes) -> bytes:
    packer = zlib.compressobj(level=zlib.Z_BEST_COMPRESSION, memLevel=zlib.DEF_MEM_LEVEL, zdict=DICTIONARY)
    return packer.compress(data) + packer.flush()


def _unpack(packed: bytes) -> bytes:
    """Also what was packed without the dictionary: the stream says whether it needs it."""
    unpacker = zlib.decompressobj(zdict=DICTIONARY)
    return unpacker.decompress(packed) + unpacker.flush()
