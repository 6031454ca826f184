"""People as support sees them, and what it may do to their accounts; each deed in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.person import Person
from dogwalk.db.models.support import AuditEntry
from dogwalk.db.models.walker import StrikeAppeal, Walker, WalkerStrike
from dogwalk.db.repositories import audit, strike, strike_appeal
from dogwalk.db.repositories import login_session as sessions
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import support_person as found
from dogwalk.db.repositories import two_factor as factors
from dogwalk.domain.role import Role
from dogwalk.errors import Conflict, Forbidden, NotFound
from dogwalk.services.support.reads import note_look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import Clock, SessionEnds
    from dogwalk.services.auth.messages import AccountMessages
    from dogwalk.services.auth.two_factor import TwoFactors

AT_MOST = 50
STRIKES = 100
STAFF = frozenset({Role.SUPPORT, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    person: Person
    roles: frozenset[Role]
    is_two_factor_on: bool
    open_sessions: int
    open_bookings: int
    walker: Walker | None
    strikes: Sequence[WalkerStrike]
    appeals: Mapping[UUID, StrikeAppeal]
    deeds: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who of support acts, and why."""

    id: UUID
    roles: frozenset[Role]
    reason: str


class SupportPeople:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ends: SessionEnds,
        two_factors: TwoFactors,
        messages: AccountMessages,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ends = ends
        self._two_factors = two_factors
        self._messages = messages

    async def find(self, wanted: str) -> Sequence[Person]:
        """At most 50, by name."""
        async with self._database.transaction() as session:
            return await found.find(session, wanted, limit=AT_MOST)

    async def look_up(self, person_id: UUID, *, by: UUID) -> PersonView:
        """As `get`; that she was looked at is written down, once a person, agent and hour."""
        async with self._database.transaction() as session:
            if await people.get(session, person_id) is not None:
                await note_look(session, "person", _subject(person_id), by=by, at=self._clock.now())
        return await self.get(person_id)

    async def get(self, person_id: UUID) -> PersonView:
        async with self._database.transaction() as session:
            person = await people.get(session, person_id)
            if person is None:
                raise NotFound("No such person")
            strikes = await strike.of_walker(session, person_id, limit=STRIKES)
            return PersonView(
                person=person,
                roles=await people.roles(session, person_id),
                is_two_factor_on=await factors.is_on(session, person_id),
                open_sessions=await found.count_open_sessions(session, person_id, self._clock.now()),
                open_bookings=await found.count_open_bookings(session, person_id),
                walker=await found.walker(session, person_id),
                strikes=strikes,
                appeals=await strike_appeal.of_strikes(session, [one.id for one in strikes]),
                deeds=await audit.of_subject(session, _subject(person_id)),
            )

    async def lock(self, person_id: UUID, by: Agent) -> None:
        """No log-in and no refresh from now on; every session ends. Bookings go on: their people are told by whoever
        cancels them. Her weekly plans book nothing more until she is unlocked. Repeating it changes nothing but the log.
        """
        async with self._deed(person_id, "lock", by) as (session, person):
            person.locked_at = person.locked_at or self._clock.now()
            ended = await sessions.revoke(session, person_id, reason="locked", at=self._clock.now())
        await self._ends.add(ended)

    async def unlock(self, person_id: UUID, by: Agent) -> None:
        async with self._deed(person_id, "unlock", by) as (_, person):
            person.locked_at = None

    async def end_sessions(self, person_id: UUID, by: Agent) -> None:
        async with self._deed(person_id, "end_sessions", by) as (session, _):
            ended = await sessions.revoke(session, person_id, reason="ended_by_support", at=self._clock.now())
        await self._ends.add(ended)

    async def reset_two_factor(self, person_id: UUID, by: Agent) -> None:
        """Her phone is gone, and her recovery codes too. She is told by mail, and logs in again. Conflict
        `two_factor_off`.
        """
        async with self._deed(person_id, "reset_2fa", by) as (session, _):
            if not await factors.is_on(session, person_id):
                raise Conflict("There is no second factor", code="two_factor_off")
            batch = await self._two_factors.take_off(session, person_id)
            ended = await sessions.revoke(session, person_id, reason="two_factor_reset", at=self._clock.now())
        self._messages.send_soon(batch)
        await self._ends.add(ended)

    @asynccontextmanager
    async def _deed(self, person_id: UUID, action: str, by: Agent) -> AsyncIterator[tuple[AsyncSession, Person]]:
        """One transaction with the person locked, her log entry in it. Raises NotFound; Forbidden `staff_account` for a
        colleague's account, unless an admin acts.
        """
        async with self._database.transaction() as session:
            person = await people.get(session, person_id, lock=True)
            if person is None:
                raise NotFound("No such person")
            if STAFF & await people.roles(session, person_id) and Role.ADMIN not in by.roles:
                raise Forbidden("An admin looks after the accounts of support", code="staff_account")
            yield session, person
            await audit.append(
                session,
                actor=str(by.id),
                action=action,
                subject=_subject(person_id),
                reason=by.reason,
                at=self._clock.now(),
            )


def _subject(person_id: UUID) -> str:
    return f"person:{person_id}"
