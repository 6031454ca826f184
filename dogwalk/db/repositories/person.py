"""People and their roles. Lock a person before anything of hers, so that two at once wait instead of deadlocking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import Person, PersonRole
from dogwalk.domain.role import Role

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def get(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> Person | None:
    """Locked against those who would change her, not against rows that only refer to her."""
    statement = select(Person).where(Person.id == person_id)
    return await session.scalar(_locked(statement) if lock else statement)


async def by_email(session: AsyncSession, email: str, *, lock: bool = False) -> Person | None:
    """`email` in lower case."""
    statement = select(Person).where(Person.email == email)
    return await session.scalar(_locked(statement) if lock else statement)


async def ensure(session: AsyncSession, email: str, at: datetime) -> Person:
    """Who has this address, locked; made without a name or a password when nobody has. Nothing of who only claims an
    address stands in the row before it is proven.
    """
    made = insert(Person).values(id=uuid7(), email=email, name="", locale="en", time_zone="UTC", created_at=at)
    await session.execute(made.on_conflict_do_nothing(index_elements=["email"]))
    return (await session.scalars(_locked(select(Person).where(Person.email == email)))).one()


async def change(session: AsyncSession, person_id: UUID, **fields: Any) -> None:
    await session.execute(
        update(Person).where(Person.id == person_id).values(**fields).execution_options(synchronize_session=False)
    )


async def roles(session: AsyncSession, person_id: UUID) -> frozenset[Role]:
    found = await session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id))
    return frozenset(Role(name) for name in found)


async def add_role(session: AsyncSession, person_id: UUID, role: Role, at: datetime) -> None:
    """Adding one she has changes nothing."""
    added = insert(PersonRole).values(person_id=person_id, role=role.value, granted_at=at)
    await session.execute(added.on_conflict_do_nothing())


def _locked(statement: Select[Person]) -> Select[Person]:
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)
