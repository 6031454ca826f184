"""What was made of a plan's days, and what its weeks came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.payment import Payment
from dogwalk.db.models.plan import PlanOccurrence, PlanStatement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

WALKED = ("booked", "kept")


async def since(session: AsyncSession, plan_id: UUID, *, first: date) -> Sequence[PlanOccurrence]:
    statement = select(PlanOccurrence).where(PlanOccurrence.plan_id == plan_id, PlanOccurrence.local_date >= first)
    return (await session.scalars(statement.order_by(PlanOccurrence.local_date, PlanOccurrence.at))).all()


async def get(session: AsyncSession, plan_id: UUID, local_date: date, at: time) -> PlanOccurrence | None:
    return await session.scalar(select(PlanOccurrence).where(*_is(plan_id, local_date, at)))


async def claim(session: AsyncSession, *, made_round: int, **fields: Any) -> None:
    """The row of this round, `due`. What stands of this round, or of a later one, stays as it is."""
    statement = insert(PlanOccurrence).values(round=made_round, state="due", **fields)
    renewed = {name: statement.excluded[name] for name in ("round", "terms_number", "starts_at", "booking_id", "state")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["plan_id", "local_date", "at"],
            set_={**renewed, "code": None},
            where=(PlanOccurrence.round < made_round)
            | ((PlanOccurrence.round == made_round) & (PlanOccurrence.state == "broken")),
        )
    )


async def mark(
    session: AsyncSession,
    plan_id: UUID,
    local_date: date,
    at: time,
    *,
    made_round: int,
    state: str,
    code: str | None = None,
) -> bool:
    """False when it was made again meanwhile."""
    marked = await session.scalar(
        update(PlanOccurrence)
        .where(*_is(plan_id, local_date, at), PlanOccurrence.round == made_round)
        .values(state=state, code=code)
        .returning(PlanOccurrence.plan_id)
        .execution_options(synchronize_session=False)
    )
    return marked is not None


async def last_walker(session: AsyncSession, plan_id: UUID) -> UUID | None:
    """Who has the latest walk of the series that anybody has."""
    statement = select(Booking.walker_id).where(Booking.plan_id == plan_id, Booking.walker_id.is_not(None))
    return await session.scalar(statement.order_by(Booking.starts_at.desc()).limit(1))


async def page_of(
    session: AsyncSession, plan_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[PlanOccurrence, Booking | None]]:
    """Latest start first, each with its booking if there is one to see."""
    statement = (
        select(PlanOccurrence, Booking)
        .outerjoin(Booking, (Booking.id == PlanOccurrence.booking_id) & Booking.revealed_at.is_not(None))
        .where(PlanOccurrence.plan_id == plan_id)
    )
    if before:
        statement = statement.where(func.row(PlanOccurrence.starts_at, PlanOccurrence.booking_id) < func.row(*before))
    ordered = statement.order_by(PlanOccurrence.starts_at.desc(), PlanOccurrence.booking_id.desc()).limit(limit)
    return [(row[0], row[1]) for row in await session.execute(ordered)]


# --- the week's statement ----------------------------------------------------------------------------------------------


async def unstated(session: AsyncSession, plan_id: UUID) -> Sequence[date]:
    """Mondays of the weeks with walks and without a statement."""
    monday = func.date_trunc("week", PlanOccurrence.local_date).cast(PlanStatement.week_of.type)
    stated = select(PlanStatement.week_of).where(PlanStatement.plan_id == plan_id)
    statement = select(monday).where(
        PlanOccurrence.plan_id == plan_id, PlanOccurrence.state.in_(WALKED), monday.not_in(stated)
    )
    return (await session.scalars(statement.distinct().order_by(monday))).all()


async def of_week(
    session: AsyncSession, plan_id: UUID, *, first: date, last: date
) -> Sequence[tuple[Booking, int, int]]:
    """(booking, captured, refunded) of the walks from `first` to `last`, in order."""
    captured, refunded = (
        func.coalesce(func.sum(Payment.amount_captured), 0),
        func.coalesce(func.sum(Payment.amount_refunded), 0),
    )
    rows = await session.execute(
        select(Booking, captured, refunded)
        .join(PlanOccurrence, PlanOccurrence.booking_id == Booking.id)
        .outerjoin(Payment, Payment.booking_id == Booking.id)
        .where(
            PlanOccurrence.plan_id == plan_id,
            PlanOccurrence.state.in_(WALKED),
            PlanOccurrence.local_date.between(first, last),
        )
        .group_by(Booking.id)
        .order_by(Booking.starts_at)
    )
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


async def add_statement(session: AsyncSession, **fields: Any) -> PlanStatement:
    """The week's statement: this one, or the one that stands."""
    statement = insert(PlanStatement).values(**fields)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["plan_id", "week_of"]))
    standing = select(PlanStatement).where(
        PlanStatement.plan_id == fields["plan_id"], PlanStatement.week_of == fields["week_of"]
    )
    return (await session.scalars(standing)).one()


async def statements(
    session: AsyncSession, plan_id: UUID, *, before: date | None, limit: int
) -> Sequence[PlanStatement]:
    """Newest week first."""
    statement = select(PlanStatement).where(PlanStatement.plan_id == plan_id)
    if before:
        statement = statement.where(PlanStatement.week_of < before)
    return (await session.scalars(statement.order_by(PlanStatement.week_of.desc()).limit(limit))).all()


def _is(plan_id: UUID, local_date: date, at: time) -> tuple[ColumnElement[bool], ...]:
    row = PlanOccurrence
    return row.plan_id == plan_id, row.local_date == local_date, row.at == at
