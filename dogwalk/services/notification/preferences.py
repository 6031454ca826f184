"""A person's say in what she is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import preference
from dogwalk.domain.preferences import EVERYTHING_ON

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database
    from dogwalk.domain.preferences import Preferences


class NotificationPreferences:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, person_id: UUID) -> Preferences:
        async with self._database.transaction() as session:
            return (await preference.of_people(session, {person_id})).get(person_id, EVERYTHING_ON)

    async def replace(self, person_id: UUID, chosen: Preferences, *, at: datetime) -> Preferences:
        async with self._database.transaction() as session:
            await preference.put(session, person_id, chosen, at=at)
        return chosen
