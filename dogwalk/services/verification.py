"""Who may walk dogs. Checks of identity, record and knowledge come with their own issue; until then a walker is
verified by a person's decision alone, taken here and logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from dogwalk.db.repositories import walker as walkers
from dogwalk.services.walker import own

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database

log = structlog.get_logger(__name__)


class Verification:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def grant(self, walker_id: UUID, *, by: str, reason: str, at: datetime) -> None:
        """`by` is an id or the name of a command. The first grant's date stays."""
        async with self._database.transaction() as session:
            walker = await own(session, walker_id, at)
            if walker.verified_at is None:
                await walkers.change(session, walker_id, verified_at=at)
        log.info("walker_verified", walker_id=str(walker_id), by=by, reason=reason)
