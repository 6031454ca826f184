"""An owner's dogs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.db.models.household import Dog
from dogwalk.db.repositories import dog as dogs
from dogwalk.db.repositories import plan as plans
from dogwalk.db.repositories import stored_object
from dogwalk.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database

A_DAY = timedelta(days=1)


class Dogs:
    """Everything takes the owner: a stranger's dog is NotFound. `fields` are the columns of `Dog` that are hers to set."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def add(self, owner_id: UUID, dog_id: UUID, fields: Mapping[str, Any], *, at: datetime) -> Dog:
        """Again with the same id changes nothing. Raises InvalidInput `born_in_the_future`."""
        _refuse_unborn(fields, at)
        dog = Dog(id=dog_id, owner_id=owner_id, created_at=at, **fields)
        async with self._database.transaction() as session:
            if there := await dogs.for_owner(session, owner_id, dog_id):
                return there
            await dogs.add(session, dog)
        return dog

    async def get(self, owner_id: UUID, dog_id: UUID) -> Dog:
        async with self._database.transaction() as session:
            return _found(await dogs.for_owner(session, owner_id, dog_id))

    async def page(self, owner_id: UUID, *, limit: int, after: UUID | None) -> Sequence[Dog]:
        async with self._database.transaction() as session:
            return await dogs.page_for(session, owner_id, limit=limit, after=after)

    async def change(self, owner_id: UUID, dog_id: UUID, fields: Mapping[str, Any], *, at: datetime) -> Dog:
        """Raises InvalidInput `born_in_the_future`."""
        _refuse_unborn(fields, at)
        async with self._database.transaction() as session:
            dog = _found(await dogs.for_owner(session, owner_id, dog_id, lock=True))
            for name, value in fields.items():
                setattr(dog, name, value)
        return dog

    async def delete(self, owner_id: UUID, dog_id: UUID, *, at: datetime) -> None:
        """Raises Conflict `dog_in_use` while a booking that names it is not closed, or a weekly plan walks it."""
        async with self._database.transaction() as session:
            dog = _found(await dogs.for_owner(session, owner_id, dog_id, lock=True))
            if await dogs.has_open_booking(session, dog_id):
                raise Conflict("A booking with this dog is not closed yet", code="dog_in_use")
            if await plans.uses_dog(session, dog_id, today=at.date()):
                raise Conflict("A weekly plan walks this dog", code="dog_in_use")
            dog.deleted_at = at
            if dog.photo_key is not None:
                await stored_object.doom(session, dog.photo_key, at=at)
                dog.photo_key = None


def _refuse_unborn(fields: Mapping[str, Any], at: datetime) -> None:
    """Tomorrow in UTC may be today where the dog lives."""
    born_on = fields.get("born_on")
    if born_on is not None and born_on > at.date() + A_DAY:
        raise InvalidInput("A dog is born before it is walked", code="born_in_the_future", pointer="/born_on")


def _found(dog: Dog | None) -> Dog:
    if dog is None:
        raise NotFound("No such dog")
    return dog
