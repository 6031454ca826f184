"""An owner's homes: where the walk begins, in which market and time zone, and how to get in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dogwalk.db.models.household import Home
from dogwalk.db.repositories import home as homes
from dogwalk.db.repositories import plan as plans
from dogwalk.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault
    from dogwalk.services.market import Markets


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How to get in. Sealed before it is stored, in no answer and no log."""

    kind: str
    code: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeChange:
    """None leaves as it is. `lat` and `lon` come together. `forgets_access`: nobody can get in any more."""

    label: str | None = None
    address: str | None = field(default=None, repr=False)
    lat: float | None = field(default=None, repr=False)
    lon: float | None = field(default=None, repr=False)
    access: Access | None = None
    forgets_access: bool = False


class Homes:
    """Everything takes the owner: a stranger's home is NotFound."""

    def __init__(self, *, database: Database, vault: KeyVault, markets: Markets) -> None:
        self._database = database
        self._vault = vault
        self._markets = markets

    async def add(
        self,
        owner_id: UUID,
        home_id: UUID,
        *,
        label: str,
        address: str,
        lat: float,
        lon: float,
        access: Access | None,
        at: datetime,
    ) -> Home:
        """Market and time zone are derived from the place. Again with the same id changes nothing. Raises InvalidInput
        `area_not_served`.
        """
        home = Home(id=home_id, owner_id=owner_id, label=label, address=address, created_at=at)
        async with self._database.transaction() as session:
            if there := await homes.for_owner(session, owner_id, home_id):
                return there
            await self._place(session, home, lat=lat, lon=lon)
            self._seal(home, access)
            await homes.add(session, home)
        return home

    async def get(self, owner_id: UUID, home_id: UUID) -> Home:
        async with self._database.transaction() as session:
            return _found(await homes.for_owner(session, owner_id, home_id))

    async def page(self, owner_id: UUID, *, limit: int, after: UUID | None) -> Sequence[Home]:
        async with self._database.transaction() as session:
            return await homes.page_for(session, owner_id, limit=limit, after=after)

    async def change(self, owner_id: UUID, home_id: UUID, change: HomeChange) -> Home:
        """Raises Conflict `home_in_use` for a move while a booking of it is not closed."""
        async with self._database.transaction() as session:
            home = _found(await homes.for_owner(session, owner_id, home_id, lock=True))
            home.label = home.label if change.label is None else change.label
            home.address = home.address if change.address is None else change.address
            if change.lat is not None and change.lon is not None and (change.lat, change.lon) != (home.lat, home.lon):
                await _refuse_in_use(session, home_id)
                await self._place(session, home, lat=change.lat, lon=change.lon)
            if change.access is not None or change.forgets_access:
                self._seal(home, change.access)
        return home

    async def delete(self, owner_id: UUID, home_id: UUID, *, at: datetime) -> None:
        """Raises Conflict `home_in_use` while a booking of it is not closed. How to get in is forgotten at once."""
        async with self._database.transaction() as session:
            home = _found(await homes.for_owner(session, owner_id, home_id, lock=True))
            await _refuse_in_use(session, home_id)
            home.deleted_at = at
            self._seal(home, None)

    async def _place(self, session: AsyncSession, home: Home, *, lat: float, lon: float) -> None:
        market = await self._markets.at(session, lat=lat, lon=lon)
        home.lat, home.lon = lat, lon
        home.market_id, home.time_zone, home.area_name = market.id, market.time_zone, market.name

    def _seal(self, home: Home, access: Access | None) -> None:
        home.access_kind = access.kind if access else None
        home.access_key_id, home.access_sealed = None, None
        if access is not None:
            secret = json.dumps({"code": access.code, "notes": access.notes}).encode()
            home.access_key_id, home.access_sealed = self._vault.wrap(secret)


async def _refuse_in_use(session: AsyncSession, home_id: UUID) -> None:
    if await homes.has_open_booking(session, home_id):
        raise Conflict("A booking of this home is not closed yet", code="home_in_use")
    if await plans.uses_home(session, home_id):
        raise Conflict("A weekly plan walks from this home", code="home_in_use")


def _found(home: Home | None) -> Home:
    if home is None:
        raise NotFound("No such home")
    return home
