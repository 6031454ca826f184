"""A phone that is hers: a code sent to it, tried by her. Nobody else has it then.

Whether a number is somebody else's already is told only to who holds the phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from dogwalk.db.repositories import challenge as challenge_rows
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import two_factor as factors
from dogwalk.db.session import constraint_name
from dogwalk.domain.authentication import ChallengeKind, Proof, check_step_up
from dogwalk.domain.phone import check_country, normal_phone
from dogwalk.errors import Conflict, NotFound
from dogwalk.services.auth.challenges import check_flood, wrong_code

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.session import Database
    from dogwalk.ports import Clock
    from dogwalk.services.auth.challenges import Challenges
    from dogwalk.services.auth.messages import AccountMessages

log = structlog.get_logger(__name__)
KINDS = (ChallengeKind.PHONE,)
SMS_AN_HOUR = 5
ONE_ACCOUNT = "uq_person_verified_phone"


class Phones:
    """`countries` are ISO codes an SMS may go to."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        challenges: Challenges,
        messages: AccountMessages,
        countries: frozenset[str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._challenges = challenges
        self._messages = messages
        self._countries = countries

    async def start(self, person_id: UUID, typed: str, proof: Proof) -> UUID:
        """The challenge to be solved with the code in the SMS. Raises InvalidInput `invalid_phone`, `country_not_served`,
        TooManyRequests, and when another number is proven Forbidden `step_up_required`.
        """
        number, now = normal_phone(typed), self._clock.now()
        check_country(number, self._countries)
        async with self._database.transaction() as session:
            person = await people.get(session, person_id, lock=True)
            if person is None:
                raise NotFound("No such person")
            if person.phone_verified_at is not None:
                has_factor = await factors.is_on(session, person_id)
                check_step_up(proof, needs_second_factor=has_factor, now=now)
            await check_flood(session, person_id, KINDS, now, an_hour=SMS_AN_HOUR)
            challenge, code = await self._challenges.begin(
                session, ChallengeKind.PHONE, person_id, at=now, data={"phone": number}
            )
            batch = await self._messages.write(
                session, "phone_verification", subject_id=challenge.id, person_id=person_id, code=code, to=number
            )
        self._messages.send_soon(batch)
        return challenge.id

    async def verify(self, person_id: UUID, challenge_id: UUID, code: str) -> None:
        """Raises InvalidInput `invalid_code`, and Conflict `phone_taken` for a number another account has proven."""
        try:
            is_right = await self._try(person_id, challenge_id, code)
        except IntegrityError as error:
            if constraint_name(error) != ONE_ACCOUNT:
                raise
            raise Conflict("Another account has this number", code="phone_taken") from None
        if not is_right:
            raise wrong_code()
        log.info("phone_verified", person_id=str(person_id))

    async def _try(self, person_id: UUID, challenge_id: UUID, code: str) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as session:
            if await challenge_rows.owner_of(session, challenge_id, KINDS) != person_id:
                return False
            tried = await self._challenges.attempt(session, challenge_id, KINDS, now)
            if tried is None or not self._challenges.is_solved_by(tried.challenge, code):
                return False
            tried.person.phone, tried.person.phone_verified_at = tried.challenge.data["phone"], now
            await session.flush()
            await challenge_rows.close_all(session, person_id, KINDS, now)
        return True
