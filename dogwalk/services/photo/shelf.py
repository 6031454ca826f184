"""A photo on its way into the object store, and what is there for nothing out of it again.

The object's row is written before the object, and claimed with the row that needs it: whatever fails in between leaves
an object that is known and doomed. Every try has a key of its own, so that no sweep meets a second try.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import stored_object
from dogwalk.errors import DogwalkError, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import CleanPhoto, ObjectStore, PhotoCleaner

UNCLAIMED_FOR = timedelta(hours=1)  # longer than any upload takes
READ_FOR = timedelta(hours=1)  # an address of it that was given out still works
SWEPT_AT_ONCE = 100


class PhotoShelf:
    def __init__(self, *, database: Database, store: ObjectStore, cleaner: PhotoCleaner) -> None:
        self._database = database
        self._store = store
        self._cleaner = cleaner

    async def put(self, content: bytes, *, at: datetime) -> tuple[str, CleanPhoto]:
        """Cleaned, stored and unclaimed; its key. InvalidInput for what is no photo (`PhotoCleaner`)."""
        clean = await self._cleaner.clean(content)
        key = f"photos/{uuid7()}.jpg"
        async with self._database.transaction() as session:
            await stored_object.announce(session, key, at=at, doomed_at=at + UNCLAIMED_FOR)
        await self._store.put(key, clean.content, content_type=clean.content_type)
        return key, clean

    async def sweep(self, *, at: datetime) -> int:
        """Deletes what nobody needs. One the store refuses waits for the next turn."""
        swept = 0
        while batch := await self._sweep_some(at):
            swept += batch
        return swept

    async def _sweep_some(self, at: datetime) -> int:
        async with self._database.transaction() as session:
            keys = await stored_object.doomed(session, by=at, limit=SWEPT_AT_ONCE)
        return sum([await self._is_swept(key, at) for key in keys])

    async def _is_swept(self, key: str, at: datetime) -> bool:
        try:
            await self._store.delete(key)
        except DogwalkError:
            return False
        async with self._database.transaction() as session:
            await stored_object.forget(session, key, by=at)
        return True


async def claim(session: AsyncSession, key: str, *, at: datetime) -> None:
    """With the row that needs it. Unavailable when it took so long that it may be gone: the same is sent again."""
    if not await stored_object.claim(session, key, at=at):
        raise Unavailable("The photo took too long; send it again")


async def replace(session: AsyncSession, old: str | None, new: str, *, at: datetime) -> None:
    """`new` is claimed; `old` goes once nobody can be reading it any more."""
    await claim(session, new, at=at)
    if old is not None and old != new:
        await stored_object.doom(session, old, at=at + READ_FOR)
