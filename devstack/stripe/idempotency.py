"""What Stripe remembers of a key: parameters and answer, for 24 hours of the key's clock (30 days for v2).

The same key with other parameters is refused, a second call while the first runs is a conflict, and an answer is only
kept once execution began (`errors.StripeFault.stored`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.stripe.errors import StripeFault
from devstack.stripe.wire import Json

if TYPE_CHECKING:
    from devstack.stripe.clock import Clock

V1_LIFE_S = 24 * 3600
V2_LIFE_S = 30 * 24 * 3600


@dataclass(slots=True)
class _Entry:
    fingerprint: str
    expires_at: int
    answer: tuple[int, Json] | None = None


class IdempotencyKeys:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    def begin(self, key: str, *, fingerprint: str, life_s: int) -> tuple[int, Json] | None:
        """The stored answer, or None: then the caller executes and must call `finish`."""
        entry = self._entries.get(key)
        if entry is None or entry.expires_at <= self._clock.now():
            self._entries[key] = _Entry(fingerprint, self._clock.now() + life_s)
            return None
        if entry.fingerprint != fingerprint:
            raise _mismatch(key)
        if entry.answer is None:
            raise _in_flight(key)
        return entry.answer

    def finish(self, key: str, answer: tuple[int, Json] | None) -> None:
        """`None` forgets the key: nothing was done under it."""
        if answer is None:
            self._entries.pop(key, None)
        elif entry := self._entries.get(key):
            entry.answer = answer


def _mismatch(key: str) -> StripeFault:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with."
        f" Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeFault(message, kind="idempotency_error")


def _in_flight(key: str) -> StripeFault:
    message = f"There is currently another in-progress request using this Stripe-Idempotency-Key: {key}."
    return StripeFault(message, status=409, kind="idempotency_error", code="idempotency_key_in_use")
