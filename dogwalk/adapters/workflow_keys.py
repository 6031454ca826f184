"""One data key per workflow id: made at the first payload, kept wrapped in Postgres, cached in the process."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import TYPE_CHECKING

from dogwalk.db.repositories import workflow_key

if TYPE_CHECKING:
    from dogwalk.db.models.person import WorkflowKey
    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault

KEY_BYTES = 32
CACHED_KEYS = 10_000


class KeyDestroyed(Exception):
    """The booking was erased: its history can never be read again."""


class WorkflowKeys:
    def __init__(self, *, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    async def for_writing(self, workflow_id: str) -> bytes:
        """The workflow's key, made if there is none yet. KeyDestroyed when it was erased."""
        return self._cached(workflow_id) or await self._load(workflow_id, make=True)

    async def for_reading(self, workflow_id: str) -> bytes:
        """KeyDestroyed when it was erased or never was."""
        return self._cached(workflow_id) or await self._load(workflow_id, make=False)

    def _cached(self, workflow_id: str) -> bytes | None:
        key = self._cache.get(workflow_id)
        if key is not None:
            self._cache.move_to_end(workflow_id)
        return key

    async def _load(self, workflow_id: str, *, make: bool) -> bytes:
        row: WorkflowKey | None
        async with self._database.transaction() as session:
            if make:  # most often for a workflow that is about to start
                key_id, wrapped = self._vault.wrap(os.urandom(KEY_BYTES))
                row = await workflow_key.get_or_add(session, workflow_id, key_id=key_id, wrapped=wrapped)
            else:
                row = await workflow_key.get(session, workflow_id)
        if row is None or row.wrapped is None:
            raise KeyDestroyed("this workflow's data key is gone")
        return self._remember(workflow_id, self._vault.unwrap(row.key_id, row.wrapped))

    def _remember(self, workflow_id: str, key: bytes) -> bytes:
        self._cache[workflow_id] = key
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key
