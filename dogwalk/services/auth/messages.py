"""Messages about an account: written with the fact, handed over right after the commit, by the relay if that fails."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

import structlog

from dogwalk.db.repositories import outbox
from dogwalk.domain.notification import account_messages
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.ports import Clock, KeyVault
    from dogwalk.services.notification import NotificationService

log = structlog.get_logger(__name__)
CLOSE_TIMEOUT_S = 5.0


class AccountMessages:
    """`clock` is the outbox's, not the tokens'. Close it: what is under way is finished."""

    def __init__(self, *, clock: Clock, vault: KeyVault, notifications: NotificationService) -> None:
        self._clock = clock
        self._vault = vault
        self._notifications = notifications
        self._running: set[asyncio.Task[None]] = set()

    async def write(
        self,
        session: AsyncSession,
        kind: str,
        *,
        subject_id: UUID,
        person_id: UUID,
        sends: int = 1,
        code: str | None = None,
        to: str | None = None,
    ) -> str:
        """The batch, for `send_soon`. `to`: a number that is not hers yet. Code and number are sealed in the row."""
        given = {"code": code, "to": to}
        secret = {name: value for name, value in given.items() if value is not None}
        sealed = self._vault.wrap(json.dumps(secret).encode())  # also of nothing, so that it takes as long
        drafts = account_messages(
            kind, subject_id=subject_id, sends=sends, person_id=person_id, sealed=sealed if secret else None
        )
        await outbox.add(session, drafts, self._clock.now())
        return drafts[0].batch

    def send_soon(self, batch: str) -> None:
        """An answer takes as long whoever is told."""
        self.soon(self._send(batch))

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Nobody waits for it; a failure is logged by its kind alone."""
        task = asyncio.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_TIMEOUT_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _send(self, batch: str) -> None:
        """What does not go out now stands in the outbox: the relay sends it."""
        with contextlib.suppress(Unavailable):
            await self._notifications.deliver(batch, at=self._clock.now())

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 there is nobody left to raise it to
            log.warning("account_message_failed", error=type(error).__name__)
