"""What is kept for a while and no longer, and what must be there before it is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories.partitions import ensure_position_partitions
from dogwalk.services.idempotency import Idempotency
from dogwalk.services.review import Reviews
from dogwalk.services.rewrapping import Rewrapping

if TYPE_CHECKING:
    from dogwalk.bootstrap import Resources

PARTITIONS_AHEAD = timedelta(days=14)


class Housekeeping:
    """Any number of workers may run it side by side."""

    def __init__(self, *, resources: Resources) -> None:
        self._resources = resources
        self._idempotency = Idempotency(database=resources.database, vault=resources.vault)
        self._reviews = Reviews(database=resources.database)
        self._rewrapping = Rewrapping(database=resources.database, vault=resources.vault)

    async def run(self) -> None:
        await self._idempotency.forget_old(at=self._resources.wall_clock.now())
        await self._reviews.show_closed(at=self._resources.clock.now())
        await self._resources.photo_shelf.sweep(at=self._resources.clock.now())
        await self._make_partitions()
        await self._rewrapping.run()

    async def _make_partitions(self) -> None:
        """From yesterday on: a phone may come back from a day offline."""
        today = self._resources.wall_clock.now().date()
        async with self._resources.database.transaction() as session:
            await ensure_position_partitions(session, first=today - timedelta(days=1), last=today + PARTITIONS_AHEAD)
