"""Proofs under way: begun, sent again, tried a few times, solved once.

Every try is counted and committed, right or wrong, so whoever calls `attempt` raises after the transaction, not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.db.models.person import Challenge, Person
from dogwalk.db.repositories import challenge as challenges
from dogwalk.db.repositories import person as people
from dogwalk.errors import InvalidInput, TooManyRequests
from dogwalk.services.auth.codes import hash_code, is_code, new_code

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.authentication import ChallengeKind
    from dogwalk.ports import KeyVault

CODE_LASTS = timedelta(minutes=10)
CHALLENGE_LASTS = timedelta(hours=1)  # however often its code is sent again
MAX_ATTEMPTS = 5
MAX_SENDS = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that counts: its person and challenge are locked until the transaction ends."""

    person: Person
    challenge: Challenge


class Challenges:
    def __init__(self, *, vault: KeyVault) -> None:
        self._vault = vault

    async def begin(
        self,
        session: AsyncSession,
        kind: ChallengeKind,
        person_id: UUID,
        *,
        at: datetime,
        lasts: timedelta = CODE_LASTS,
        secret: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> tuple[Challenge, str]:
        """The challenge and its secret, six digits unless given; it is not stored. `data` is kept until it is solved."""
        challenge = challenges.build(kind=kind, person_id=person_id, data=data or {}, at=at, expires_at=at + lasts)
        secret = secret or new_code()
        challenge.code_hash = hash_code(self._vault, challenge.id, secret)
        await challenges.add(session, challenge)
        return challenge, secret

    def renew(self, challenge: Challenge, at: datetime) -> str:
        """A new code in place of the old one; tries made stay counted. Raises TooManyRequests after MAX_SENDS."""
        if challenge.sends >= MAX_SENDS:
            raise TooManyRequests("The code was sent often enough: begin anew", retry_after_s=int(HOUR.total_seconds()))
        code = new_code()
        challenge.sends += 1
        challenge.code_hash = hash_code(self._vault, challenge.id, code)
        challenge.expires_at = min(at + CODE_LASTS, challenge.created_at + CHALLENGE_LASTS)
        return code

    async def find(
        self, session: AsyncSession, challenge_id: UUID, kinds: Collection[ChallengeKind], at: datetime
    ) -> Attempt | None:
        """Locked, when it is one of these kinds and can still be solved or sent again."""
        person_id = await challenges.owner_of(session, challenge_id, kinds)
        person = await people.get(session, person_id, lock=True) if person_id else None
        challenge = await challenges.get_locked(session, challenge_id)
        if person is None or challenge is None or challenge.consumed_at is not None:
            return None
        is_over = challenge.attempts >= MAX_ATTEMPTS or challenge.created_at + CHALLENGE_LASTS <= at
        return None if is_over else Attempt(person, challenge)

    async def attempt(
        self, session: AsyncSession, challenge_id: UUID, kinds: Collection[ChallengeKind], at: datetime
    ) -> Attempt | None:
        """As `find`, counted as a try; None when the code's time is over."""
        found = await self.find(session, challenge_id, kinds, at)
        if found is None or found.challenge.expires_at <= at:
            return None
        found.challenge.attempts += 1
        return found

    def is_solved_by(self, challenge: Challenge, secret: str) -> bool:
        return is_code(self._vault, challenge.id, secret, challenge.code_hash)


def consume(challenge: Challenge, at: datetime) -> None:
    """Solved: once. What it kept is forgotten."""
    challenge.consumed_at, challenge.code_hash, challenge.data = at, None, {}


async def is_flooded(
    session: AsyncSession, person_id: UUID, kinds: Collection[ChallengeKind], at: datetime, *, an_hour: int
) -> bool:
    """Whether she was sent that many codes in the last hour. The person must be locked."""
    return await challenges.sends_since(session, person_id, kinds, at - HOUR) >= an_hour


async def check_flood(
    session: AsyncSession, person_id: UUID, kinds: Collection[ChallengeKind], at: datetime, *, an_hour: int
) -> None:
    """Raises TooManyRequests when `is_flooded`."""
    if await is_flooded(session, person_id, kinds, at, an_hour=an_hour):
        raise TooManyRequests("Too many codes were asked for", retry_after_s=int(HOUR.total_seconds()))


def wrong_code() -> InvalidInput:
    """One answer for wrong, expired, used, unknown and tried too often."""
    return InvalidInput("This code is wrong or no longer good", code="invalid_code", pointer="/code")
