"""Sessions that ended before their access tokens did: one key each in Redis, for as long as such a token may live.

Away, Redis names nobody: a revoked session's last access token then works until it expires (15 min at most); its refresh
token, which Postgres judges, does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from dogwalk.adapters.breather import Breather
from dogwalk.adapters.redis import RedisError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from redis.asyncio import Redis

log = structlog.get_logger(__name__)
MARGIN_S = 60  # verifiers allow for clocks that differ


class RevokedSessions:
    def __init__(self, *, client: Redis, prefix: str, access_token_ttl_s: int) -> None:
        self._client = client
        self._prefix = f"{prefix}revoked:"
        self._ttl_s = access_token_ttl_s + MARGIN_S
        self._breather = Breather()

    async def add(self, session_ids: Iterable[UUID]) -> None:
        """Call it after the commit that revokes them."""
        try:
            for session_id in session_ids:
                await self._client.set(self.key_of(session_id), "1", ex=self._ttl_s)
        except (RedisError, OSError) as error:
            log.warning("revocation_not_spread", error=type(error).__name__)

    def key_of(self, session_id: UUID) -> str:
        """There while the session is named, for who asks Redis more in the same round trip."""
        return f"{self._prefix}{session_id}"

    async def holds(self, session_id: UUID) -> bool:
        if self._breather.is_on:
            return False
        try:
            return bool(await self._client.exists(self.key_of(session_id)))
        except (RedisError, OSError) as error:
            self._breather.start()
            log.warning("revocations_unknown", error=type(error).__name__)
            return False
