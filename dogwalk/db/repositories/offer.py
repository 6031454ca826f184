"""Offers: who was asked for which booking, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Update, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import Booking, Offer
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import walker as walkers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession


async def of_wave(session: AsyncSession, booking_id: UUID, round_: int, wave: int) -> Sequence[Offer]:
    statement = select(Offer).where(Offer.booking_id == booking_id, Offer.round == round_, Offer.wave == wave)
    return (await session.scalars(statement.order_by(Offer.rank))).all()


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]], *, is_asked: bool = True) -> Sequence[Offer]:
    """Those that are new: a walker is asked once a round, however often this runs. Asked, she answers for it with her
    acceptance.
    """
    if not rows:
        return []
    statement = insert(Offer).values(list(rows))
    statement = statement.on_conflict_do_nothing(index_elements=["booking_id", "round", "walker_id"])
    added = (await session.scalars(statement.returning(Offer))).all()
    if is_asked:
        await _count(session, [offer.walker_id for offer in added])
    return added


async def _count(session: AsyncSession, walker_ids: Sequence[UUID]) -> None:
    await walkers.lock(session, walker_ids)
    await session.execute(
        update(Walker)
        .where(Walker.person_id.in_(walker_ids))
        .values(offers_received=Walker.offers_received + 1)
        .execution_options(synchronize_session=False)
    )


async def close_open(
    session: AsyncSession, booking_id: UUID, *, status: str, at: datetime, except_walker: UUID | None = None
) -> Sequence[Offer]:
    """Every offer still open gets `status`; answers them."""
    statement = update(Offer).where(Offer.booking_id == booking_id, Offer.status == "open")
    if except_walker is not None:
        statement = statement.where(Offer.walker_id != except_walker)
    return (await session.scalars(statement.values(status=status, answered_at=at).returning(Offer))).all()


async def lapsed(session: AsyncSession, booking_id: UUID, round_: int) -> list[UUID]:
    """The walkers who let theirs of this round lapse."""
    return list(await session.scalars(select(Offer.walker_id).where(*_lapsed(booking_id, round_))))


def _lapsed(booking_id: UUID, round_: int) -> tuple[ColumnElement[bool], ...]:
    return Offer.booking_id == booking_id, Offer.round == round_, Offer.status == "expired"


async def reopen(
    session: AsyncSession,
    booking_id: UUID,
    round_: int,
    *,
    walker_ids: Sequence[UUID],
    wave: int,
    bonus: int,
    expires_at: datetime,
) -> Sequence[Offer]:
    """Of those who let it lapse, these may still take it."""
    statement = (
        update(Offer)
        .where(*_lapsed(booking_id, round_), Offer.walker_id.in_(walker_ids))
        .values(status="open", answered_at=None, wave=wave, bonus=bonus, expires_at=expires_at)
    )
    return (await session.scalars(statement.returning(Offer))).all()


async def withdraw_between(session: AsyncSession, one_id: UUID, other_id: UUID, *, at: datetime) -> Sequence[Offer]:
    """What was open between two people, whoever of them is the owner."""
    between = or_(
        (Offer.walker_id == other_id) & Offer.booking_id.in_(select(Booking.id).where(Booking.owner_id == one_id)),
        (Offer.walker_id == one_id) & Offer.booking_id.in_(select(Booking.id).where(Booking.owner_id == other_id)),
    )
    statement = update(Offer).where(Offer.status == "open", between).values(status="withdrawn", answered_at=at)
    return (await session.scalars(statement.returning(Offer))).all()


async def accept(
    session: AsyncSession, booking_id: UUID, round_: int, walker_id: UUID, *, at: datetime
) -> Offer | None:
    """None when it is no longer open."""
    return await session.scalar(
        _open(booking_id, round_, walker_id).values(status="accepted", answered_at=at).returning(Offer)
    )


async def withdraw(session: AsyncSession, booking_id: UUID, round_: int, walker_id: UUID, *, at: datetime) -> None:
    """If it is still open."""
    await session.execute(_open(booking_id, round_, walker_id).values(status="withdrawn", answered_at=at))


async def status_of(session: AsyncSession, booking_id: UUID, round_: int, walker_id: UUID) -> str | None:
    """None when she was not asked in this round."""
    hers = (Offer.booking_id == booking_id, Offer.round == round_, Offer.walker_id == walker_id)
    return await session.scalar(select(Offer.status).where(*hers))


async def taken_by(session: AsyncSession, booking_id: UUID, round_: int, walker_id: UUID) -> Offer | None:
    statement = select(Offer).where(
        Offer.booking_id == booking_id, Offer.round == round_, Offer.walker_id == walker_id, Offer.status == "accepted"
    )
    return await session.scalar(statement)


async def decline(
    session: AsyncSession, booking_id: UUID, round_: int, walker_id: UUID, *, reason: str, at: datetime
) -> None:
    """Of this round or one before, also what has lapsed or is another's: she does not want it. What she accepted stays, and
    what was taken back.
    """
    hers = (Offer.booking_id == booking_id, Offer.round <= round_, Offer.walker_id == walker_id)
    answer = {"status": "declined", "answered_at": at, "decline_reason": reason or None}
    unwanted = update(Offer).where(*hers, Offer.status.in_(("open", "expired", "taken")))
    await session.execute(unwanted.values(answer))


def _open(booking_id: UUID, round_: int, walker_id: UUID) -> Update:
    return update(Offer).where(
        Offer.booking_id == booking_id, Offer.round == round_, Offer.walker_id == walker_id, Offer.status == "open"
    )


async def get_for_walker(session: AsyncSession, offer_id: UUID, walker_id: UUID) -> Offer | None:
    return await session.scalar(select(Offer).where(Offer.id == offer_id, Offer.walker_id == walker_id))


async def page_for_walker(
    session: AsyncSession,
    walker_id: UUID,
    *,
    open_at: datetime | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[tuple[Offer, Booking]]:
    """Newest first, each with its booking. `open_at`: only those that could be accepted then."""
    statement = select(Offer, Booking).join(Booking, Booking.id == Offer.booking_id).where(Offer.walker_id == walker_id)
    if open_at is not None:
        statement = statement.where(Offer.status == "open", Offer.expires_at > open_at)
    if before:
        statement = statement.where(
            (Offer.created_at < before[0]) | ((Offer.created_at == before[0]) & (Offer.id < before[1]))
        )
    rows = await session.execute(statement.order_by(Offer.created_at.desc(), Offer.id.desc()).limit(limit))
    return [(offer, booking) for offer, booking in rows]
