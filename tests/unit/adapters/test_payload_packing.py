"""Payloads are packed against a dictionary that never changes; what was packed without one still opens."""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from temporalio.api.common.v1 import Payload

from dogwalk.adapters.payload_codec import EncryptingCodec
from dogwalk.adapters.payload_dictionary import DICTIONARY
from dogwalk.contracts.booking import CommandOfWalker

WALKER = UUID("01a21c02-3a55-7194-8e3f-d361cf3d218c")
SHA256 = "b6b44801b1feeb8f0ad423f9562d80e4330313b715b8a28bb231e62db36b43db"


class OneKey:
    async def for_writing(self, workflow_id: str) -> bytes:
        return workflow_id.encode()[:32].ljust(32)

    async def for_reading(self, workflow_id: str) -> bytes:
        return await self.for_writing(workflow_id)


@pytest.fixture
def codec() -> EncryptingCodec:
    return EncryptingCodec(keys=OneKey(), workflow_id="booking-1")


def test_the_dictionary_never_changes() -> None:
    """Histories hold what was packed with it: another one is another encoding's name."""
    assert hashlib.sha256(DICTIONARY).hexdigest() == SHA256


@pytest.mark.parametrize("data", [b"", b'"on_the_way"', bytes(range(256)) * 40])
async def test_whatever_is_sealed_opens_again(codec: EncryptingCodec, data: bytes) -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=data)
    [sealed] = await codec.encode([payload])
    assert not data or data not in sealed.data
    assert await codec.decode([sealed]) == [payload]


async def test_what_was_packed_before_the_dictionary_opens(
    codec: EncryptingCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"version":3,"status":"matching"}')
    with monkeypatch.context() as before:
        before.setattr("dogwalk.adapters.payload_codec._pack", zlib.compress)
        [sealed] = await codec.encode([payload])
    assert await codec.decode([sealed]) == [payload]


async def test_a_commands_payload_is_smaller_than_plain(codec: EncryptingCodec) -> None:
    """Its own part: nonce, tag and the packed text."""
    command = CommandOfWalker(walker_id=WALKER, at=datetime(2026, 11, 27, 8, 2, 25, 851831, tzinfo=UTC))
    text = command.model_dump_json().encode()
    [sealed] = await codec.encode([Payload(metadata={"encoding": b"json/plain"}, data=text)])
    assert len(sealed.data) < len(text) + 20
