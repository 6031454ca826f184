"""Messages about an account: written with the fact, handed over right after the commit, by the relay if that fails."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import structlog

from dogwalk.db.repositories import outbox
from dogwalk.domain.notification import account_messages

if TYPE_CHECKING:
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
        self._sending: set[asyncio.Task[None]] = set()

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
        """Nobody waits for it: an answer takes as long whoever is told."""
        task = asyncio.create_task(self._send(batch))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=CLOSE_TIMEOUT_S)
        for task in self._sending:
            task.cancel()

    async def _send(self, batch: str) -> None:
        try:
            await self._notifications.deliver(batch, at=self._clock.now())
        except Exception as error:  # noqa: BLE001 it stands in the outbox: the relay sends it
            log.warning("account_message_left_to_relay", batch=batch, error=type(error).__name__)
