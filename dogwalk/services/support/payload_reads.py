"""Who of support read which workflow's payloads: once a person, workflow and hour, however often a page is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import audit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database


class PayloadReads:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def write_down(self, workflow_ids: Iterable[str], *, by: UUID, at: datetime) -> None:
        async with self._database.transaction() as session:
            for workflow_id in sorted(workflow_ids):
                await audit.append(
                    session,
                    key=f"read:{by}:{workflow_id}:{at:%Y-%m-%dT%H}",
                    actor=str(by),
                    action="payloads_read",
                    subject=f"workflow:{workflow_id}",
                    reason="opened in the Temporal UI or command line",
                    at=at,
                )
