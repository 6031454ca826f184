"""Objects as files in a folder, for development: production refuses it. Read through a route of ours
(`GET /v1/objects/{key}`), whose address carries when it ends and a keyed hash of both.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from mimetypes import guess_type
from typing import TYPE_CHECKING
from uuid import uuid4

from dogwalk.errors import NotFound, Unavailable
from dogwalk.ports import SignedUrl

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from dogwalk.ports import Clock, KeyVault

KEY = re.compile(r"[a-z]+/[0-9a-f-]{36}\.[a-z]{3,4}")
PURPOSE = "object-url"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    content: bytes
    content_type: str


class FolderObjectStore:
    def __init__(self, *, folder: Path, public_url: str, vault: KeyVault, clock: Clock, url_ttl_s: int) -> None:
        self._folder = folder
        self._public_url = public_url.rstrip("/")
        self._vault = vault
        self._clock = clock
        self._url_ttl_s = url_ttl_s

    def close(self) -> None:
        """Nothing is held open."""

    async def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """The type is what the key's ending says, as a file has no other place for it."""
        if guess_type(key)[0] != content_type:
            raise ValueError(f"{content_type} does not go under {key}")
        try:
            await asyncio.to_thread(_write, self._path(key), content)
        except OSError as error:
            raise Unavailable("The folder of objects cannot be written") from error

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def sign(self, keys: Collection[str]) -> Mapping[str, SignedUrl]:
        expires_at = (self._clock.now() + timedelta(seconds=self._url_ttl_s)).replace(microsecond=0)
        return {key: SignedUrl(url=self._url(key, expires_at), expires_at=expires_at) for key in keys}

    async def read(self, key: str, *, expires: int, signature: str) -> StoredFile:
        """NotFound for a bad signature, one whose time is over, and what is not there: nothing is told apart."""
        is_ours = any(hmac.compare_digest(mac, signature.encode()) for mac in self._signatures(key, expires))
        if not is_ours or self._clock.now().timestamp() >= expires:
            raise NotFound("No such object")
        try:
            content = await asyncio.to_thread(self._path(key).read_bytes)
        except OSError as error:
            raise NotFound("No such object") from error
        return StoredFile(content=content, content_type=guess_type(key)[0] or "application/octet-stream")

    def _url(self, key: str, expires_at: datetime) -> str:
        expires = int(expires_at.timestamp())
        signature = self._signatures(key, expires)[0].decode()
        return f"{self._public_url}/v1/objects/{key}?expires={expires}&signature={signature}"

    def _signatures(self, key: str, expires: int) -> list[bytes]:
        macs = self._vault.macs(PURPOSE, f"{key}\n{expires}".encode())
        return [urlsafe_b64encode(mac).rstrip(b"=") for mac in macs]

    def _path(self, key: str) -> Path:
        """Only keys of ours are names of files."""
        if KEY.fullmatch(key) is None:
            raise NotFound("No such object")
        return self._folder / key


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{uuid4().hex}.part")
    part.write_bytes(content)
    part.replace(path)
