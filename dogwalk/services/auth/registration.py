"""Becoming somebody: an address is claimed, then proven by a code sent to it.

What is answered, and how long it takes, is the same for an address that has an account. Name, password and role wait in
the challenge, so that whoever proves an address has the password she gave herself, whoever claimed it before her.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from dogwalk.db.repositories import challenge as challenge_rows
from dogwalk.db.repositories import person as people
from dogwalk.domain.authentication import Acr, ChallengeKind
from dogwalk.domain.role import Role
from dogwalk.errors import InvalidInput
from dogwalk.services.auth.challenges import check_flood, wrong_code

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import Challenge, Person
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock, Passwords
    from dogwalk.services.auth.challenges import Challenges
    from dogwalk.services.auth.messages import AccountMessages
    from dogwalk.services.auth.sessions import Sessions, TokenPair

log = structlog.get_logger(__name__)
KINDS = (ChallengeKind.EMAIL, ChallengeKind.ADDRESS_TAKEN)
MESSAGES = {ChallengeKind.EMAIL: "email_verification", ChallengeKind.ADDRESS_TAKEN: "account_exists"}
MAILS_AN_HOUR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """`email` in lower case, `phone` in E.164."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    role: Role


class Registration:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        challenges: Challenges,
        messages: AccountMessages,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._challenges = challenges
        self._messages = messages
        self._sessions = sessions

    async def register(self, new: NewAccount) -> UUID:
        """The challenge to be solved with the code in the mail. Raises TooManyRequests for an address written to often."""
        password_hash = await self._passwords.hash(new.password)
        now = self._clock.now()
        async with self._database.transaction() as session:
            person = await people.ensure(session, new.email, now)
            await check_flood(session, person.id, KINDS, now, an_hour=MAILS_AN_HOUR)
            challenge, code = await self._begin(session, person, new, password_hash, now)
            batch = await self._write(session, person.id, challenge, code)
        self._messages.send_soon(batch)
        return challenge.id

    async def resend(self, challenge_id: UUID) -> None:
        """Raises InvalidInput `invalid_challenge`, TooManyRequests after five mails."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            found = await self._challenges.find(session, challenge_id, KINDS, now)
            if found is None:
                raise InvalidInput("This is over: register again", code="invalid_challenge", pointer="/challenge")
            await check_flood(session, found.person.id, KINDS, now, an_hour=MAILS_AN_HOUR)
            code = self._challenges.renew(found.challenge, now)
            batch = await self._write(session, found.person.id, found.challenge, code)
        self._messages.send_soon(batch)

    async def verify(self, challenge_id: UUID, code: str, *, user_agent: str | None) -> TokenPair:
        """Logged in. Raises InvalidInput `invalid_code`."""
        now = self._clock.now()
        tokens = None
        async with self._database.transaction() as session:
            tried = await self._challenges.attempt(session, challenge_id, KINDS, now)
            if tried and self._challenges.is_solved_by(tried.challenge, code) and _is_open(tried.challenge):
                await _prove(session, tried.person, tried.challenge, now)
                tokens = await self._sessions.open(
                    session, tried.person.id, acr=Acr.PASSWORD, user_agent=user_agent, at=now
                )
        if tried is None or tokens is None:
            raise wrong_code()
        log.info("person_registered", person_id=str(tried.person.id))
        return tokens

    async def _begin(
        self, session: AsyncSession, person: Person, new: NewAccount, password_hash: str, now: datetime
    ) -> tuple[Challenge, str]:
        is_taken = person.email_verified_at is not None
        kind = ChallengeKind.ADDRESS_TAKEN if is_taken else ChallengeKind.EMAIL
        kept = {"password_hash": password_hash, "name": new.name, "phone": new.phone, "role": new.role.value}
        return await self._challenges.begin(session, kind, person.id, at=now, data=None if is_taken else kept)

    async def _write(self, session: AsyncSession, person_id: UUID, challenge: Challenge, code: str) -> str:
        is_taken = challenge.kind == ChallengeKind.ADDRESS_TAKEN
        return await self._messages.write(
            session,
            MESSAGES[ChallengeKind(challenge.kind)],
            subject_id=challenge.id,
            person_id=person_id,
            sends=challenge.sends,
            code=None if is_taken else code,
        )


def _is_open(challenge: Challenge) -> bool:
    """An address that has an account proves nothing by a code nobody was sent."""
    return challenge.kind == ChallengeKind.EMAIL


async def _prove(session: AsyncSession, person: Person, challenge: Challenge, now: datetime) -> None:
    """Other claims to the address end here."""
    kept = challenge.data
    person.email_verified_at = now
    person.password_hash, person.name, person.phone = kept["password_hash"], kept["name"], kept["phone"]
    await people.add_role(session, person.id, Role(kept["role"]), now)
    await session.flush()
    await challenge_rows.close_all(session, person.id, KINDS, now)
