"""One photo of each dog and of each person. The one it replaces goes once nobody can be reading it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import dog as dogs
from dogwalk.db.repositories import person as people
from dogwalk.errors import NotFound
from dogwalk.services.photo.shelf import replace

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.household import Dog
    from dogwalk.db.models.person import Person
    from dogwalk.db.session import Database
    from dogwalk.services.photo.shelf import PhotoShelf

SHOWN_FOR = timedelta(hours=24)  # to the walker, after the end: as the address is (api.md)


class Portraits:
    """Each gives the key of the object. InvalidInput for what is no photo."""

    def __init__(self, *, database: Database, shelf: PhotoShelf) -> None:
        self._database = database
        self._shelf = shelf

    async def of_dog(self, owner_id: UUID, dog_id: UUID, content: bytes, *, at: datetime) -> str:
        """NotFound for another's."""
        async with self._database.transaction() as session:
            await _dog(session, owner_id, dog_id)
        key, _ = await self._shelf.put(content, at=at)
        async with self._database.transaction() as session:
            dog = await _dog(session, owner_id, dog_id)
            await _hang(session, dog, key, at)
        return key

    async def of_person(self, person_id: UUID, content: bytes, *, at: datetime) -> str:
        key, _ = await self._shelf.put(content, at=at)
        async with self._database.transaction() as session:
            person = await people.get(session, person_id, lock=True)
            if person is None:
                raise NotFound("No such person")
            await _hang(session, person, key, at)
        return key

    async def dog_as_seen(self, dog_id: UUID, viewer_id: UUID, *, at: datetime) -> str:
        """By its owner, and by a walker of it until 24 h after the end. NotFound for others, and without one."""
        async with self._database.transaction() as session:
            dog = await dogs.for_viewer(session, dog_id, viewer_id, ended_after=at - SHOWN_FOR)
        if dog is None or dog.photo_key is None:
            raise NotFound("No such photo")
        return dog.photo_key


async def _dog(session: AsyncSession, owner_id: UUID, dog_id: UUID) -> Dog:
    dog = await dogs.for_owner(session, owner_id, dog_id, lock=True)
    if dog is None:
        raise NotFound("No such dog")
    return dog


async def _hang(session: AsyncSession, whose: Dog | Person, key: str, at: datetime) -> None:
    await replace(session, whose.photo_key, key, at=at)
    whose.photo_key = key
