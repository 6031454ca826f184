"""A new password: by a token in a mail, or by the old one. Either way every other device is logged out."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog

from dogwalk.db.repositories import challenge as challenge_rows
from dogwalk.db.repositories import login_session as sessions
from dogwalk.db.repositories import person as people
from dogwalk.domain.authentication import ChallengeKind
from dogwalk.errors import InvalidInput, NotFound
from dogwalk.services.auth.challenges import is_flooded
from dogwalk.services.auth.codes import new_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import Clock, Passwords, SessionEnds
    from dogwalk.services.auth.challenges import Challenges
    from dogwalk.services.auth.guarded_password import GuardedPasswords
    from dogwalk.services.auth.messages import AccountMessages

log = structlog.get_logger(__name__)
KINDS = (ChallengeKind.PASSWORD_RESET,)
UNDONE_BY_A_NEW_PASSWORD = (ChallengeKind.PASSWORD_RESET, ChallengeKind.SECOND_FACTOR)
RESET_LASTS = timedelta(minutes=30)
MAILS_AN_HOUR = 5


class PasswordChange:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        guarded: GuardedPasswords,
        challenges: Challenges,
        messages: AccountMessages,
        ends: SessionEnds,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._guarded = guarded
        self._challenges = challenges
        self._messages = messages
        self._ends = ends

    def forgot(self, email: str) -> None:
        """A mail with a token, soon, if somebody has proven this address. Nobody waits: it takes longer then."""
        self._messages.soon(self._send_token(email))

    async def reset(self, token: str, password: str) -> None:
        """Logged out everywhere. Raises InvalidInput `invalid_token`."""
        password_hash = await self._passwords.hash(password)
        challenge_id, secret = _parted(token)
        now, done = self._clock.now(), None
        async with self._database.transaction() as session:
            tried = await self._challenges.attempt(session, challenge_id, KINDS, now)
            if tried and self._challenges.is_solved_by(tried.challenge, secret):
                done = await self._set(session, tried.person.id, password_hash, change_id=challenge_id)
        if done is None or tried is None:
            raise _bad_token()
        await self._spread(tried.person.email, *done)

    async def change(self, person_id: UUID, session_id: UUID, *, current: str, password: str) -> None:
        """Only the device at hand stays logged in. Raises InvalidInput `invalid_credentials`, TooManyRequests."""
        async with self._database.transaction() as session:
            known = await people.get(session, person_id)
        if known is None:
            raise NotFound("No such person")
        if await self._guarded.prove(known.email, known, current) is None:
            raise _wrong_current()
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as session:
            person = await people.get(session, person_id, lock=True)
            if person is None or person.password_hash != known.password_hash:
                raise _wrong_current()
            done = await self._set(session, person_id, password_hash, change_id=uuid4(), but=session_id)
        await self._spread(known.email, *done)

    async def _send_token(self, email: str) -> None:
        now, secret = self._clock.now(), new_token()
        async with self._database.transaction() as session:
            person = await people.by_email(session, email, lock=True)
            if person is None or person.email_verified_at is None:
                return
            if await is_flooded(session, person.id, KINDS, now, an_hour=MAILS_AN_HOUR):
                log.info("password_reset_not_sent", person_id=str(person.id))
                return
            challenge, _ = await self._challenges.begin(
                session, ChallengeKind.PASSWORD_RESET, person.id, at=now, lasts=RESET_LASTS, secret=secret
            )
            token = _joined(challenge.id, secret)
            batch = await self._messages.write(
                session, "password_reset", subject_id=challenge.id, person_id=person.id, code=token
            )
        self._messages.send_soon(batch)

    async def _set(
        self, session: AsyncSession, person_id: UUID, password_hash: str, *, change_id: UUID, but: UUID | None = None
    ) -> tuple[str, Sequence[UUID]]:
        """The mail's batch, and the sessions that ended. Her log-ins under way by the old password end, too."""
        now = self._clock.now()
        await session.flush()
        await people.change(session, person_id, password_hash=password_hash)
        await challenge_rows.close_all(session, person_id, UNDONE_BY_A_NEW_PASSWORD, now)
        ended = await sessions.revoke(session, person_id, reason="password_changed", at=now, but=but)
        batch = await self._messages.write(session, "password_changed", subject_id=change_id, person_id=person_id)
        log.info("password_changed", person_id=str(person_id))
        return batch, ended

    async def _spread(self, email: str, batch: str, ended: Sequence[UUID]) -> None:
        """After the commit."""
        await self._ends.add(ended)
        await self._guarded.forget(email)
        self._messages.send_soon(batch)


def _joined(challenge_id: UUID, secret: str) -> str:
    """One text to copy: the challenge's id in front of its secret."""
    return base64.urlsafe_b64encode(challenge_id.bytes).decode().rstrip("=") + secret


def _parted(token: str) -> tuple[UUID, str]:
    """Raises InvalidInput `invalid_token`."""
    length = len(_joined(UUID(int=0), ""))
    try:
        held = base64.b64decode(token[:length].encode("ascii") + b"==", altchars=b"-_", validate=True)
        return UUID(bytes=held), token[length:]
    except (ValueError, binascii.Error) as error:
        raise _bad_token() from error


def _bad_token() -> InvalidInput:
    return InvalidInput("This is no longer good: ask for a new one", code="invalid_token", pointer="/token")


def _wrong_current() -> InvalidInput:
    return InvalidInput("This is not your password", code="invalid_credentials", pointer="/current_password")
