"""Passwords tried, so many a quarter of an hour an account, whether there is one or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dogwalk.db.models.person import Person
    from dogwalk.ports import Attempts, KeyVault, Passwords

ATTEMPTS = 10
ATTEMPTS_WINDOW_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Proven:
    """`better_hash` takes the place of one made by yesterday's parameters."""

    better_hash: str | None = field(default=None, repr=False)


class GuardedPasswords:
    """Counters are named by a keyed hash: no address stands in Redis."""

    def __init__(self, *, passwords: Passwords, attempts: Attempts, vault: KeyVault) -> None:
        self._passwords = passwords
        self._attempts = attempts
        self._vault = vault

    async def prove(self, email: str, person: Person | None, password: str) -> Proven | None:
        """None for a wrong one, as slowly for nobody. Raises TooManyRequests."""
        await self._attempts.take(self._subject(email))
        hashed = person.password_hash if person else None
        if not await self._passwords.matches(password, hashed) or hashed is None:
            return None
        is_outdated = self._passwords.is_outdated(hashed)
        return Proven(better_hash=await self._passwords.hash(password) if is_outdated else None)

    async def forget(self, email: str) -> None:
        """She is in: earlier failures no longer count."""
        await self._attempts.forget(self._subject(email))

    def _subject(self, email: str) -> str:
        return self._vault.macs("attempts", email.encode())[0].hex()
