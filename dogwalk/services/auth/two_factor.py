"""The second factor: an authenticator app's codes (RFC 6238), or recovery codes for when the phone is gone.

A code is good once. Guesses are counted on the person's own row, whatever door they come through, and committed: whoever
calls `is_right` raises after the transaction, not in it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import structlog

from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import two_factor as factors
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.authentication import SECOND_FACTOR_STEP_S, Proof, check_step_up
from dogwalk.domain.role import Role
from dogwalk.errors import Conflict, NotFound, TooManyRequests
from dogwalk.services.auth.challenges import wrong_code
from dogwalk.services.auth.codes import hash_token, new_recovery_code, normal_recovery_code

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import Person, TwoFactor
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock, KeyVault
    from dogwalk.services.auth.messages import AccountMessages

log = structlog.get_logger(__name__)
RECOVERY_CODES = 10
STEPS_ASIDE = 1  # a phone's clock may be half a minute off
MAX_FAILURES = 10
LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """Shown once, to be scanned or typed into an authenticator."""

    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


class TwoFactors:
    """`issuer` is what the authenticator shows."""

    def __init__(
        self, *, database: Database, clock: Clock, vault: KeyVault, messages: AccountMessages, issuer: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._messages = messages
        self._issuer = issuer

    async def enroll(self, person_id: UUID) -> Enrollment:
        """A new secret, in place of one not confirmed. Raises Conflict `two_factor_on`."""
        secret = pyotp.random_base32()
        key_id, sealed = self._vault.wrap(secret.encode())
        async with self._database.transaction() as session:
            person = await _person(session, person_id)
            if not await factors.enroll(session, person_id, key_id=key_id, sealed=sealed, at=self._clock.now()):
                raise _is_on_already()
        uri = pyotp.TOTP(secret, interval=SECOND_FACTOR_STEP_S).provisioning_uri(
            name=person.email, issuer_name=self._issuer
        )
        return Enrollment(secret=secret, otpauth_uri=uri, qr_svg=_qr_svg(uri))

    async def confirm(self, person_id: UUID, code: str) -> list[str]:
        """On from now; the recovery codes, shown once. Raises Conflict `two_factor_on` or `two_factor_not_enrolled`,
        InvalidInput `invalid_code`.
        """
        now, recovery_codes = self._clock.now(), None
        async with self._database.transaction() as session:
            await _person(session, person_id)
            factor = await factors.get(session, person_id, lock=True)
            if factor is None:
                raise Conflict("Enroll an authenticator first", code="two_factor_not_enrolled")
            if factor.confirmed_at is not None:
                raise _is_on_already()
            if self._is_totp(factor, code, now):
                factor.confirmed_at = now
                await _mirror(session, person_id, is_on=True, at=now)
                recovery_codes = await _new_recovery_codes(session, person_id)
        if recovery_codes is None:
            raise wrong_code()
        log.info("two_factor_on", person_id=str(person_id))
        return recovery_codes

    async def renew_recovery_codes(self, person_id: UUID, proof: Proof) -> list[str]:
        """In place of the ones before. Raises Forbidden `step_up_required`, Conflict `two_factor_off`."""
        async with self._database.transaction() as session:
            await self._check(session, person_id, proof)
            return await _new_recovery_codes(session, person_id)

    async def remove(self, person_id: UUID, proof: Proof) -> None:
        """Raises as `renew_recovery_codes`. She is told by mail."""
        async with self._database.transaction() as session:
            await self._check(session, person_id, proof)
            batch = await self.take_off(session, person_id)
        self._messages.send_soon(batch)

    async def take_off(self, session: AsyncSession, person_id: UUID) -> str:
        """In the caller's transaction, who has seen to it that it may be; answers the mail to send once that is
        committed. The person must be locked, and have a factor.
        """
        now = self._clock.now()
        factor = await factors.get(session, person_id, lock=True)
        batch = await self._messages.write(
            session,
            "two_factor_off",
            subject_id=person_id,
            person_id=person_id,
            sends=int(((factor and factor.confirmed_at) or now).timestamp()),  # one mail each time it was on
        )
        await factors.remove(session, person_id)
        await _mirror(session, person_id, is_on=False, at=now)
        log.info("two_factor_off", person_id=str(person_id))
        return batch

    async def is_right(self, session: AsyncSession, person_id: UUID, code: str) -> bool:
        """Of the authenticator, or a recovery code; used up by this. The person must be locked. Raises TooManyRequests
        after MAX_FAILURES in a row.
        """
        now = self._clock.now()
        factor = await factors.get(session, person_id, lock=True)
        if factor is None or factor.confirmed_at is None:
            return False
        if factor.locked_until is not None and factor.locked_until > now:
            wait_s = int((factor.locked_until - now).total_seconds()) + 1
            raise TooManyRequests("Too many wrong codes: wait before the next", retry_after_s=wait_s)
        hashed = hash_token(normal_recovery_code(code))
        is_right = self._is_totp(factor, code, now) or await factors.use_recovery_code(session, person_id, hashed, now)
        _count(factor, now, is_right=is_right)
        return is_right

    def _is_totp(self, factor: TwoFactor, code: str, now: datetime) -> bool:
        """A step's code, later than the last one used."""
        totp = pyotp.TOTP(self._vault.unwrap(factor.key_id, factor.secret_sealed).decode())
        current, typed = int(now.timestamp()) // SECOND_FACTOR_STEP_S, "".join(code.split()).encode()
        for step in range(current - STEPS_ASIDE, current + STEPS_ASIDE + 1):
            if step > factor.last_step and hmac.compare_digest(totp.generate_otp(step).encode(), typed):
                factor.last_step = step
                return True
        return False

    async def _check(self, session: AsyncSession, person_id: UUID, proof: Proof) -> TwoFactor:
        await _person(session, person_id)
        factor = await factors.get(session, person_id, lock=True)
        if factor is None or factor.confirmed_at is None:
            raise Conflict("There is no second factor", code="two_factor_off")
        check_step_up(proof, needs_second_factor=True, now=self._clock.now())
        return factor


def _qr_svg(text: str) -> str:
    import segno

    svg: str = segno.make(text, micro=False).svg_inline(scale=4)
    return svg


def _count(factor: TwoFactor, now: datetime, *, is_right: bool) -> None:
    factor.failures = 0 if is_right else factor.failures + 1
    if factor.failures >= MAX_FAILURES:
        factor.failures, factor.locked_until = 0, now + LOCK


async def _new_recovery_codes(session: AsyncSession, person_id: UUID) -> list[str]:
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    hashes = [hash_token(normal_recovery_code(code)) for code in codes]
    await factors.replace_recovery_codes(session, person_id, hashes)
    return codes


async def _mirror(session: AsyncSession, person_id: UUID, *, is_on: bool, at: datetime) -> None:
    """Onto the walker's row, which matching reads. Made first if need be: two at once then see each other."""
    if Role.WALKER in await people.roles(session, person_id):
        await session.flush()
        await walkers.ensure(session, person_id, at)
        await walkers.change(session, person_id, two_factor_on=is_on)


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    """Locked."""
    person = await people.get(session, person_id, lock=True)
    if person is None:
        raise NotFound("No such person")
    return person


def _is_on_already() -> Conflict:
    return Conflict("The second factor is on already", code="two_factor_on")
