"""The fences around an owner's homes. An edit is for the walks that begin after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dogwalk.db.models.household import Geofence
from dogwalk.db.repositories import geofence as geofences
from dogwalk.db.repositories import home as homes
from dogwalk.domain.fence import FENCES_MAX, Circle, FenceKind, Polygon, check_fence
from dogwalk.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.household import Home
    from dogwalk.db.session import Database


class Geofences:
    """Everything takes the owner: a stranger's home, and a fence of another home, is NotFound."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def add(
        self,
        owner_id: UUID,
        home_id: UUID,
        fence_id: UUID,
        *,
        name: str,
        kind: FenceKind,
        area: Circle | Polygon,
        at: datetime,
    ) -> Geofence:
        """Again with the same id changes nothing. Raises InvalidInput for an impossible area, Conflict `too_many_geofences`
        or `home_fence_exists`.
        """
        async with self._database.transaction() as session:
            home = await _home(session, owner_id, home_id, lock=True)
            if there := await geofences.get(session, home_id, fence_id):
                return there
            check_fence(kind, area, home=(home.lat, home.lon))
            await _refuse_more(session, home_id, kind)
            fence = Geofence(id=fence_id, home_id=home_id, name=name, kind=kind.value, created_at=at)
            _shape(fence, area)
            await geofences.add(session, fence)
        return fence

    async def page(self, owner_id: UUID, home_id: UUID, *, limit: int, after: UUID | None) -> Sequence[Geofence]:
        async with self._database.transaction() as session:
            await _home(session, owner_id, home_id)
            return await geofences.page_for(session, home_id, limit=limit, after=after)

    async def get(self, owner_id: UUID, home_id: UUID, fence_id: UUID) -> Geofence:
        async with self._database.transaction() as session:
            await _home(session, owner_id, home_id)
            return _found(await geofences.get(session, home_id, fence_id))

    async def change(
        self, owner_id: UUID, home_id: UUID, fence_id: UUID, *, name: str | None, area: Circle | Polygon | None
    ) -> Geofence:
        """None leaves as it is. The kind stays: a fence of another kind is another fence."""
        async with self._database.transaction() as session:
            home = await _home(session, owner_id, home_id, lock=True)
            fence = _found(await geofences.get(session, home_id, fence_id))
            fence.name = fence.name if name is None else name
            if area is not None:
                check_fence(FenceKind(fence.kind), area, home=(home.lat, home.lon))
                _shape(fence, area)
        return fence

    async def delete(self, owner_id: UUID, home_id: UUID, fence_id: UUID) -> None:
        async with self._database.transaction() as session:
            await _home(session, owner_id, home_id, lock=True)
            await session.delete(_found(await geofences.get(session, home_id, fence_id)))


async def _home(session: AsyncSession, owner_id: UUID, home_id: UUID, *, lock: bool = False) -> Home:
    home = await homes.for_owner(session, owner_id, home_id, lock=lock)
    if home is None:
        raise NotFound("No such home")
    return home


async def _refuse_more(session: AsyncSession, home_id: UUID, kind: FenceKind) -> None:
    kinds = await geofences.kinds(session, home_id)
    if len(kinds) >= FENCES_MAX:
        raise Conflict(f"A home has {FENCES_MAX} fences at most", code="too_many_geofences")
    if kind is FenceKind.HOME and FenceKind.HOME in kinds:
        raise Conflict("This home has its home fence already", code="home_fence_exists")


def _shape(fence: Geofence, area: Circle | Polygon) -> None:
    stored = msgspec.to_builtins(area)
    fence.circle = stored if isinstance(area, Circle) else None
    fence.polygon = stored if isinstance(area, Polygon) else None


def _found(fence: Geofence | None) -> Geofence:
    if fence is None:
        raise NotFound("No such fence")
    return fence
