"""Data keys of workflows, wrapped. One row a workflow id; a destroyed one stays destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.person import WorkflowKey

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def get(session: AsyncSession, workflow_id: str) -> WorkflowKey | None:
    return await session.scalar(select(WorkflowKey).where(WorkflowKey.workflow_id == workflow_id))


async def get_or_add(session: AsyncSession, workflow_id: str, *, key_id: str, wrapped: bytes) -> WorkflowKey:
    """The first to write wins; everybody gets that one."""
    statement = insert(WorkflowKey).values(workflow_id=workflow_id, key_id=key_id, wrapped=wrapped)
    statement = statement.on_conflict_do_nothing(index_elements=["workflow_id"])
    added = await session.scalar(statement.returning(WorkflowKey))
    return added or (await session.scalars(select(WorkflowKey).where(WorkflowKey.workflow_id == workflow_id))).one()
