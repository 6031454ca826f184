"""Password hashes: Argon2id, in a thread, a few at a time."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from functools import cache

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second profile: 19 MiB, two passes, one lane; about 20 ms a hash.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1


class Argon2Passwords:
    """`at_once` bounds memory and processor under a flood; the rest waits its turn."""

    def __init__(self, *, at_once: int | None = None) -> None:
        self._argon2 = _argon2()
        self._slots = asyncio.Semaphore(at_once or max(2, os.cpu_count() or 2))
        self._nobodys = _nobodys()

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._argon2.hash, _normal(password))

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Without a hash (nobody has this address) it takes as long, and is False."""
        async with self._slots:
            is_right = await asyncio.to_thread(self._verify, password, hashed or self._nobodys)
        return is_right and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Made with other parameters than today's: to be made anew while the password is at hand."""
        return self._argon2.check_needs_rehash(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._argon2.verify(hashed, _normal(password))
        except (VerificationError, InvalidHashError):
            return False


def _argon2() -> Argon2:
    return Argon2(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)


@cache
def _nobodys() -> str:
    """What everybody's guess is compared with who guesses at nobody's password. Made once a process."""
    return _argon2().hash(os.urandom(16))


def _normal(password: str) -> str:
    """The same password typed on two keyboards (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
