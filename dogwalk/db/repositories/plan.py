"""Weekly plans: what they ask for, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from dogwalk.db.models.plan import Plan, PlanBreak, PlanTerms, PlanWeekly

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, plan: Plan) -> None:
    session.add(plan)
    await session.flush()


async def get(session: AsyncSession, plan_id: UUID, *, lock: bool = False) -> Plan | None:
    """`lock`: before any other row of the plan, so that none deadlocks."""
    statement = select(Plan).where(Plan.id == plan_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def for_owner(session: AsyncSession, plan_id: UUID, owner_id: UUID) -> Plan | None:
    return await session.scalar(
        select(Plan).where(Plan.id == plan_id, Plan.owner_id == owner_id, Plan.revealed_at.is_not(None))
    )


async def page_for(
    session: AsyncSession, owner_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Plan]:
    """Newest first. `before` is the last row of the page already seen, as (created_at, id)."""
    statement = select(Plan).where(Plan.owner_id == owner_id, Plan.revealed_at.is_not(None))
    if before:
        statement = statement.where(func.row(Plan.created_at, Plan.id) < func.row(*before))
    return (await session.scalars(statement.order_by(Plan.created_at.desc(), Plan.id.desc()).limit(limit))).all()


async def project(session: AsyncSession, plan_id: UUID, version: int, **fields: Any) -> bool:
    """False when something as new or newer stands there already: a repeat, or a late try."""
    changed = await session.execute(
        update(Plan)
        .where(Plan.id == plan_id, Plan.version < version)
        .values(version=version, **fields)
        .returning(Plan.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None


async def unstarted(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Reserved, but their workflow was never confirmed."""
    statement = select(Plan.id).where(Plan.revealed_at.is_(None), Plan.created_at < before)
    return (await session.scalars(statement.order_by(Plan.created_at).limit(limit))).all()


async def forget(session: AsyncSession, plan_id: UUID) -> None:
    """Deletes a plan nobody was ever shown."""
    await session.execute(delete(Plan).where(Plan.id == plan_id, Plan.revealed_at.is_(None)))


# --- what is walked, and when not ------------------------------------------------------------------------------------


async def add_terms(session: AsyncSession, terms: PlanTerms, weekly: Collection[tuple[int, Any]]) -> None:
    """`weekly` holds (weekday, wall time)."""
    session.add(terms)
    await session.flush()
    rows = [PlanWeekly(plan_id=terms.plan_id, number=terms.number, weekday=weekday, at=at) for weekday, at in weekly]
    session.add_all(rows)
    await session.flush()


async def terms_of(session: AsyncSession, plan_ids: Collection[UUID]) -> Sequence[PlanTerms]:
    """Oldest first."""
    statement = select(PlanTerms).where(PlanTerms.plan_id.in_(plan_ids)).order_by(PlanTerms.plan_id, PlanTerms.number)
    return (await session.scalars(statement)).all()


async def weekly_of(session: AsyncSession, plan_ids: Collection[UUID]) -> Sequence[PlanWeekly]:
    statement = select(PlanWeekly).where(PlanWeekly.plan_id.in_(plan_ids))
    return (await session.scalars(statement.order_by(PlanWeekly.weekday, PlanWeekly.at))).all()


async def breaks_of(session: AsyncSession, plan_ids: Collection[UUID]) -> Sequence[PlanBreak]:
    statement = select(PlanBreak).where(PlanBreak.plan_id.in_(plan_ids))
    return (await session.scalars(statement.order_by(PlanBreak.first_on, PlanBreak.number))).all()


async def add_break(session: AsyncSession, **fields: Any) -> None:
    statement = insert(PlanBreak).values(**fields)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["plan_id", "number"]))


async def end_pause(session: AsyncSession, plan_id: UUID, *, last_on: date) -> None:
    """What was to be open-ended ends; a pause that would end before it began never was."""
    opened = (PlanBreak.plan_id == plan_id, PlanBreak.last_on.is_(None))
    await session.execute(delete(PlanBreak).where(*opened, PlanBreak.first_on > last_on))
    await session.execute(
        update(PlanBreak).where(*opened).values(last_on=last_on).execution_options(synchronize_session=False)
    )


# --- what a plan needs, and nobody may take away under it ------------------------------------------------------------


async def uses_home(session: AsyncSession, home_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(Plan.home_id == home_id, Plan.status != "ended"))))


async def uses_dog(session: AsyncSession, dog_id: UUID, *, today: date) -> bool:
    return await _is_to_come(session, PlanTerms.dog_ids.contains([dog_id]), today=today)


async def uses_card(session: AsyncSession, owner_id: UUID, payment_method_id: str, *, today: date) -> bool:
    pays = (PlanTerms.payment_method_id == payment_method_id, Plan.owner_id == owner_id)
    return await _is_to_come(session, *pays, today=today)


async def _is_to_come(session: AsyncSession, *says: ColumnElement[bool], today: date) -> bool:
    """Whether terms of a running plan say so that hold from `today` on; not those replaced for good before they begin."""
    newer = aliased(PlanTerms)
    replaced = exists().where(
        newer.plan_id == PlanTerms.plan_id,
        newer.number > PlanTerms.number,
        newer.effective_until.is_(None),
        newer.effective_from <= func.greatest(PlanTerms.effective_from, today),
    )
    holds = PlanTerms.effective_until.is_(None) | (PlanTerms.effective_until >= today)
    found = exists().where(PlanTerms.plan_id == Plan.id, Plan.status != "ended", holds, ~replaced, *says)
    return bool(await session.scalar(select(found)))
