"""Verdicts that a person must look at: one task each, answered by itself when late positions say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import workflow_id
from dogwalk.db.repositories import support_task
from dogwalk.domain.track.verdict import VerdictKind, is_reviewed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

REASONS = {
    VerdictKind.INCONCLUSIVE: "Positions do not show that the walk took place as it was tapped; nobody has lost money",
    VerdictKind.SHORT: "The walk was shorter than booked; the rest is given back",
    VerdictKind.NOT_SERVED: "The walk hardly took place; all is given back",
}


async def answer(session: AsyncSession, booking_id: UUID, *, verdict: str, at: datetime) -> None:
    """A person has judged: whatever verdict waited for her waits no longer."""
    for kind in REASONS:
        key = f"{workflow_id(booking_id)}:verdict:{kind.value}"
        await support_task.settle(session, key, resolution=f"Support judged the walk {verdict}", at=at)


async def review(session: AsyncSession, booking_id: UUID, *, verdict: str, ended_early: bool, at: datetime) -> None:
    """In the transaction that writes the verdict down."""
    for kind, reason in REASONS.items():
        key = f"{workflow_id(booking_id)}:verdict:{kind.value}"
        if kind == verdict and is_reviewed(kind, ended_early=ended_early):
            await support_task.open(
                session, key=key, kind=f"verdict_{kind.value}", reason=reason, booking_id=booking_id, at=at
            )
        else:
            await support_task.settle(session, key, resolution=f"By later positions the walk was {verdict}", at=at)
