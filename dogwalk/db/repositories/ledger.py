"""The double-entry ledger: append-only, every journal sums to zero (a deferred trigger insists)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import LedgerJournal, LedgerPosting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.ledger import Journal


async def post(session: AsyncSession, journal: Journal) -> bool:
    """False when this fact is booked already. Postings of zero are left out; a journal of nothing is no journal."""
    postings = {account: amount for account, amount in journal.postings.items() if amount}
    if not postings:
        return False
    journal_id = uuid7()
    inserted = await session.scalar(
        insert(LedgerJournal)
        .values(
            id=journal_id,
            key=journal.key,
            booking_id=journal.booking_id,
            kind=journal.kind,
            at=journal.at,
            reference=journal.reference,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(LedgerJournal.id)
    )
    if inserted is None:
        return False
    rows = [
        {"journal_id": journal_id, "account": account.value, "amount": amount, "currency": journal.currency}
        for account, amount in postings.items()
    ]
    await session.execute(insert(LedgerPosting), rows)
    return True


async def is_posted(session: AsyncSession, key: str) -> bool:
    return await session.scalar(select(LedgerJournal.id).where(LedgerJournal.key == key)) is not None


async def balances(session: AsyncSession, booking_id: UUID, *, kind: str | None = None) -> dict[str, int]:
    """Account → signed minor units over all journals of a booking, or those of one kind."""
    statement = (
        select(LedgerPosting.account, func.sum(LedgerPosting.amount))
        .join(LedgerJournal, LedgerJournal.id == LedgerPosting.journal_id)
        .where(LedgerJournal.booking_id == booking_id)
        .group_by(LedgerPosting.account)
    )
    rows = await session.execute(statement.where(LedgerJournal.kind == kind) if kind else statement)
    return {account: int(amount) for account, amount in rows}


async def lines(session: AsyncSession, booking_id: UUID) -> Sequence[tuple[LedgerJournal, LedgerPosting]]:
    """Every posting with its journal, in the order of time."""
    rows = await session.execute(
        select(LedgerJournal, LedgerPosting)
        .join(LedgerPosting, LedgerJournal.id == LedgerPosting.journal_id)
        .where(LedgerJournal.booking_id == booking_id)
        .order_by(LedgerJournal.at, LedgerJournal.id, LedgerPosting.account)
    )
    return [(journal, posting) for journal, posting in rows]
