"""Idempotency keys, made from the fact: `{workflow id}:{step}:{counter}`. Never a run id, an attempt or a fresh uuid, or
a reset by support would charge twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import workflow_id

if TYPE_CHECKING:
    from uuid import UUID


def step_key(booking_id: UUID, step: str, counter: int = 1) -> str:
    return f"{workflow_id(booking_id)}:{step}:{counter}"
