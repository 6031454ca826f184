"""Logging in, and proving it once more. Every failure looks the same and takes as long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import two_factor as factors
from dogwalk.domain.authentication import Acr, ChallengeKind
from dogwalk.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from dogwalk.services.auth.challenges import consume

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import Person
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock
    from dogwalk.services.auth.challenges import Challenges
    from dogwalk.services.auth.guarded_password import GuardedPasswords
    from dogwalk.services.auth.sessions import Sessions, TokenPair
    from dogwalk.services.auth.two_factor import TwoFactors

log = structlog.get_logger(__name__)
KINDS = (ChallengeKind.SECOND_FACTOR,)


@dataclass(frozen=True, slots=True)
class SecondFactorNeeded:
    challenge_id: UUID


class LogIn:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        passwords: GuardedPasswords,
        challenges: Challenges,
        factors: TwoFactors,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._challenges = challenges
        self._factors = factors
        self._sessions = sessions

    async def log_in(self, email: str, password: str, *, user_agent: str | None) -> TokenPair | SecondFactorNeeded:
        """`email` in lower case. Raises Unauthenticated `invalid_credentials`, TooManyRequests, and only to who knows
        the password Forbidden `account_locked`.
        """
        async with self._database.transaction() as session:
            known = await people.by_email(session, email)
        proven = await self._passwords.prove(email, known, password)
        if known is None or proven is None:
            raise _refused()
        now = self._clock.now()
        async with self._database.transaction() as session:
            person = await people.get(session, known.id, lock=True)
            _check_still(person, known)
            answer = await self._open(session, known.id, user_agent, now)
            if proven.better_hash is not None:
                await people.change(session, known.id, password_hash=proven.better_hash)
        if not isinstance(answer, SecondFactorNeeded):
            await self._passwords.forget(email)
        return answer

    async def finish(self, challenge_id: UUID, code: str, *, user_agent: str | None) -> TokenPair:
        """By an authenticator's or a recovery code. Raises Unauthenticated `invalid_code`, TooManyRequests."""
        now, tokens = self._clock.now(), None
        async with self._database.transaction() as session:
            tried = await self._challenges.attempt(session, challenge_id, KINDS, now)
            if tried and await self._factors.is_right(session, tried.person.id, code):
                _check_not_locked(tried.person)
                consume(tried.challenge, now)
                tokens = await self._sessions.open(
                    session, tried.person.id, acr=Acr.TWO_FACTOR, user_agent=user_agent, at=now
                )
        if tried is None or tokens is None:
            raise Unauthenticated("This code is wrong or no longer good", code="invalid_code")
        await self._passwords.forget(tried.person.email)
        log.info("logged_in", person_id=str(tried.person.id), acr=Acr.TWO_FACTOR.value)
        return tokens

    async def step_up(
        self, person_id: UUID, session_id: UUID, *, password: str | None, code: str | None
    ) -> tuple[str, int]:
        """An access token that says she proved it now, and its seconds. With a second factor on, `code` is needed.
        Raises InvalidInput `password_required`, `code_required`, `invalid_credentials`; TooManyRequests.
        """
        async with self._database.transaction() as session:
            known = await people.get(session, person_id)
            has_factor = await factors.is_on(session, person_id)
        if known is None:
            raise NotFound("No such person")
        _check_given(has_factor=has_factor, password=password, code=code)
        if password is not None and await self._passwords.prove(known.email, known, password) is None:
            raise _not_proven("/password")
        return await self._prove_again(known, session_id, code if has_factor else None)

    async def _prove_again(self, known: Person, session_id: UUID, code: str | None) -> tuple[str, int]:
        answer = None
        async with self._database.transaction() as session:
            person = await people.get(session, known.id, lock=True)
            _check_still(person, known)
            if code is None or await self._factors.is_right(session, known.id, code):
                acr = Acr.PASSWORD if code is None else Acr.TWO_FACTOR
                answer = await self._sessions.prove_again(session, known.id, session_id, acr=acr, at=self._clock.now())
        if answer is None:
            raise _not_proven("/code")
        await self._passwords.forget(known.email)
        return answer

    async def _open(
        self, session: AsyncSession, person_id: UUID, user_agent: str | None, now: datetime
    ) -> TokenPair | SecondFactorNeeded:
        if await factors.is_on(session, person_id):
            challenge, _ = await self._challenges.begin(session, ChallengeKind.SECOND_FACTOR, person_id, at=now)
            return SecondFactorNeeded(challenge.id)
        log.info("logged_in", person_id=str(person_id), acr=Acr.PASSWORD.value)
        return await self._sessions.open(session, person_id, acr=Acr.PASSWORD, user_agent=user_agent, at=now)


def _check_given(*, has_factor: bool, password: str | None, code: str | None) -> None:
    if has_factor and code is None:
        raise InvalidInput("Your second factor is on: give its code", code="code_required", pointer="/code")
    if not has_factor and password is None:
        raise InvalidInput("Give your password", code="password_required", pointer="/password")


def _check_still(person: Person | None, known: Person) -> None:
    """What was checked outside the transaction is what stands now."""
    if person is None or person.password_hash != known.password_hash:
        raise _refused()
    _check_not_locked(person)


def _check_not_locked(person: Person) -> None:
    if person.locked_at is not None:
        raise Forbidden("This account is locked: write to us", code="account_locked")


def _refused() -> Unauthenticated:
    return Unauthenticated("This address and password do not go together", code="invalid_credentials")


def _not_proven(pointer: str) -> InvalidInput:
    return InvalidInput("That does not prove it", code="invalid_credentials", pointer=pointer)
