"""Data keys of workflows, wrapped. One row a workflow id; a destroyed one stays destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.person import WorkflowKey

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

# Put together once: building a statement costs about as much as running it.
ITS_KEY = select(WorkflowKey).where(WorkflowKey.workflow_id == bindparam("workflow_id"))
ADDED = insert(WorkflowKey).on_conflict_do_nothing(index_elements=["workflow_id"]).returning(WorkflowKey)


async def get(session: AsyncSession, workflow_id: str) -> WorkflowKey | None:
    return await session.scalar(ITS_KEY, {"workflow_id": workflow_id})


async def get_or_add(session: AsyncSession, workflow_id: str, *, key_id: str, wrapped: bytes) -> WorkflowKey:
    """The first to write wins; everybody gets that one."""
    row = {"workflow_id": workflow_id, "key_id": key_id, "wrapped": wrapped}
    added = await session.scalar(ADDED, row)
    return added or (await session.scalars(ITS_KEY, {"workflow_id": workflow_id})).one()
