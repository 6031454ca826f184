"""A person's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from dogwalk.db.models.person import Person
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import two_factor as factors
from dogwalk.domain.local_time import zone
from dogwalk.domain.role import Role
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import Clock

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`recovery_codes_left` is None without a second factor."""

    person: Person
    roles: frozenset[Role]
    recovery_codes_left: int | None


class Accounts:
    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, person_id: UUID) -> Account:
        async with self._database.transaction() as session:
            return await _account(session, person_id)

    async def change(self, person_id: UUID, **fields: Any) -> Account:
        """`name`, `locale`, `time_zone`. Raises InvalidInput `unknown_time_zone`."""
        if "time_zone" in fields:
            zone(fields["time_zone"])
        async with self._database.transaction() as session:
            if fields:
                await people.change(session, person_id, **fields)
            return await _account(session, person_id)

    async def add_role(self, person_id: UUID, role: Role) -> Account:
        """In the access tokens from the next refresh on."""
        async with self._database.transaction() as session:
            account = await _account(session, person_id)
            await people.add_role(session, person_id, role, self._clock.now())
        log.info("role_added", person_id=str(person_id), role=role.value)
        return Account(
            person=account.person, roles=account.roles | {role}, recovery_codes_left=account.recovery_codes_left
        )


async def _account(session: AsyncSession, person_id: UUID) -> Account:
    person = await people.get(session, person_id)
    if person is None:
        raise NotFound("No such person")
    is_on = await factors.is_on(session, person_id)
    return Account(
        person=person,
        roles=await people.roles(session, person_id),
        recovery_codes_left=await factors.count_recovery_codes(session, person_id) if is_on else None,
    )
