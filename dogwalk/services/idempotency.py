"""The same request twice is done once: a key is reserved before the work, and its first answer kept for 7 days.

| the key is | with the same body | with another body |
|---|---|---|
| new | reserved | reserved |
| answered | the first answer again | InvalidInput `idempotency_key_reused` |
| running | Conflict `idempotency_in_flight` | the same |
| let go after an error, or its process died | reserved again, same resource id | the same |

Answers are sealed: they may hold addresses and client secrets.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import idempotency as records
from dogwalk.db.repositories.idempotency import ReservationKey
from dogwalk.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import IdempotencyRecord
    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault

KEPT = timedelta(days=7)
# Longer than a command waits for its worker. A second try beside a slow first one does no harm: both carry the same
# resource id and the same update id.
LOCKED = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The right to do the work. `resource_id` is the same for every try under this key."""

    which: ReservationKey
    resource_id: UUID
    locked_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    status: int
    content: Any


class Idempotency:
    def __init__(self, *, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault

    async def reserve(self, which: ReservationKey, *, body_hash: str, at: datetime) -> Reservation | KeptAnswer:
        async def work(session: AsyncSession) -> Reservation | KeptAnswer:
            fresh = Reservation(which=which, resource_id=uuid7(), locked_until=at + LOCKED)
            inserted = await records.insert_new(
                session,
                which,
                body_hash=body_hash,
                resource_id=fresh.resource_id,
                locked_until=fresh.locked_until,
                created_at=at,
            )
            if inserted:
                return fresh
            found = await records.get_locked(session, which)
            return self._judged(found, fresh, body_hash=body_hash, at=at) if found else fresh

        return await self._database.run(work)

    async def complete(self, reservation: Reservation, answer: KeptAnswer) -> None:
        async with self._database.transaction() as session:
            await records.complete(
                session,
                reservation.which,
                locked_until=reservation.locked_until,
                status=answer.status,
                response=self._sealed(answer.content),
            )

    async def let_go(self, reservation: Reservation, *, at: datetime) -> None:
        """After an error: the next try with this key runs at once."""
        async with self._database.transaction() as session:
            await records.let_go(session, reservation.which, locked_until=reservation.locked_until, until=at)

    async def forget_old(self, *, at: datetime) -> int:
        """How many were older than 7 days."""
        async with self._database.transaction() as session:
            return await records.remove_older(session, than=at - KEPT)

    def _judged(
        self, found: IdempotencyRecord, fresh: Reservation, *, body_hash: str, at: datetime
    ) -> Reservation | KeptAnswer:
        if found.created_at < at - KEPT:
            return _started_over(found, fresh, body_hash=body_hash, at=at)
        if found.body_hash != body_hash:
            raise InvalidInput(
                "This key came with another body before",
                code="idempotency_key_reused",
                pointer="/header/Idempotency-Key",
            )
        if found.status is not None and found.response is not None:
            return KeptAnswer(status=found.status, content=self._opened(found.response))
        if found.locked_until > at:
            raise Conflict("The first request with this key is still running", code="idempotency_in_flight")
        return _taken_over(found, fresh)

    def _sealed(self, content: Any) -> dict[str, Any]:
        key_id, sealed = self._vault.wrap(json.dumps(content).encode())
        return {"key_id": key_id, "sealed": b64encode(sealed).decode()}

    def _opened(self, response: dict[str, Any]) -> Any:
        return json.loads(self._vault.unwrap(response["key_id"], b64decode(response["sealed"])))


def _taken_over(found: IdempotencyRecord, fresh: Reservation) -> Reservation:
    found.locked_until = fresh.locked_until
    return Reservation(
        which=fresh.which, resource_id=found.resource_id or fresh.resource_id, locked_until=fresh.locked_until
    )


def _started_over(found: IdempotencyRecord, fresh: Reservation, *, body_hash: str, at: datetime) -> Reservation:
    found.body_hash, found.resource_id = body_hash, fresh.resource_id
    found.status, found.response = None, None
    found.locked_until, found.created_at = fresh.locked_until, at
    return fresh
