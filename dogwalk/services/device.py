"""The phones a person's pushes go to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dogwalk.db.repositories import device as devices
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.person import Device
    from dogwalk.db.session import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceBinding:
    """`kind` is `fid` or `token`: which field of a push the value goes into."""

    kind: str
    value: str = field(repr=False)
    platform: str
    app: str
    locale: str
    time_zone: str


class Devices:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def bind(self, person_id: UUID, session_id: UUID, binding: DeviceBinding, *, at: datetime) -> Device:
        """To this log-in, gone with it. A phone known under somebody else is taken over."""
        async with self._database.transaction() as session:
            return await devices.bind(
                session,
                person_id=person_id,
                session_id=session_id,
                kind=binding.kind,
                value=binding.value,
                platform=binding.platform,
                app=binding.app,
                locale=binding.locale,
                time_zone=binding.time_zone,
                at=at,
            )

    async def unbind(self, person_id: UUID, device_id: UUID) -> None:
        async with self._database.transaction() as session:
            if not await devices.remove(session, person_id=person_id, device_id=device_id):
                raise NotFound("No such device")
