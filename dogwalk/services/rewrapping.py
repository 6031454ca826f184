"""A rolled key-encryption key: what lies sealed under the old ones is sealed anew, a part at a time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dogwalk.db.repositories import sealed

if TYPE_CHECKING:
    from dogwalk.db.repositories.sealed import Place
    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault

logger = logging.getLogger(__name__)

PART = 200


class Rewrapping:
    """Any number of processes may do it side by side; one that dies loses nothing."""

    def __init__(self, *, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault

    async def run(self) -> int:
        """All there is; how many. Costs one statement a table when no key was rolled, none when there is but one key."""
        if not self._vault.old_key_ids:
            return 0
        done = 0
        for place in sealed.PLACES:
            while some := await self._part(place):
                done += some
        if done:
            logger.info("%d sealed anew under the newest key", done)
        return done

    async def _part(self, place: Place) -> int:
        async with self._database.transaction() as session:
            rows = await sealed.lock_some(session, place, key_ids=self._vault.old_key_ids, limit=PART)
            for row in rows:
                opened = self._vault.unwrap(getattr(row, place.key_id), getattr(row, place.sealed))
                key_id, wrapped = self._vault.wrap(opened)
                setattr(row, place.key_id, key_id)
                setattr(row, place.sealed, wrapped)
        return len(rows)
