"""Keys, passwords, guesses, and sessions that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


class KeyVault(Protocol):
    """Wraps data keys with a key-encryption key that the database never sees."""

    def wrap(self, data_key: bytes) -> tuple[str, bytes]:
        """(id of the key-encryption key, wrapped bytes)"""
        ...

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes: ...

    @property
    def old_key_ids(self) -> list[str]:
        """Of those that unwrap and wrap no more."""
        ...

    def macs(self, purpose: str, data: bytes) -> list[bytes]:
        """Keyed hashes, the current key's first, then those of the keys before it."""
        ...


class Passwords(Protocol):
    """Hashes made slow on purpose."""

    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Takes as long without a hash, and is False then."""
        ...

    def is_outdated(self, hashed: str) -> bool: ...


class Attempts(Protocol):
    """Guesses aimed at one subject, which must give no address away. Fails open."""

    async def take(self, subject: str) -> None:
        """Counts one; raises TooManyRequests past the limit."""
        ...

    async def forget(self, subject: str) -> None: ...


class SessionEnds(Protocol):
    """Tells every process that these sessions' access tokens are no good any more. Fails open."""

    async def add(self, session_ids: Iterable[UUID]) -> None: ...
