"""The tasks of support: listed, taken, resolved; each step in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import audit
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import support_task as tasks
from dogwalk.domain.role import Role
from dogwalk.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.support import SupportTask
    from dogwalk.db.session import Database

STAFF = frozenset({Role.SUPPORT, Role.ADMIN})


class SupportTasks:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def page(
        self,
        *,
        status: str | None,
        kind: str | None,
        assignee_id: UUID | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[SupportTask]:
        """What waits longest first."""
        async with self._database.transaction() as session:
            return await tasks.page(
                session, status=status, kind=kind, assignee_id=assignee_id, after=after, limit=limit
            )

    async def assign(self, task_id: UUID, *, by: UUID, to: UUID, reason: str, at: datetime) -> SupportTask:
        """To oneself or to a colleague. Raises NotFound, Conflict `task_resolved`, InvalidInput `not_support`."""
        async with self._database.transaction() as session:
            if not STAFF & await people.roles(session, to):
                raise InvalidInput("Only people of support have tasks", code="not_support", pointer="/assignee_id")
            task = _done(await tasks.get(session, task_id), await tasks.assign(session, task_id, to))
            await _write(session, task, "task_assigned", by, reason, at)
        return task

    async def resolve(self, task_id: UUID, *, by: UUID, resolution: str, at: datetime) -> SupportTask:
        """Raises NotFound, Conflict `task_resolved`."""
        async with self._database.transaction() as session:
            resolved = await tasks.resolve(session, task_id, assignee_id=by, resolution=resolution, at=at)
            task = _done(await tasks.get(session, task_id), resolved)
            await _write(session, task, "task_resolved", by, resolution, at)
        return task


def _done(known: SupportTask | None, changed: SupportTask | None) -> SupportTask:
    if known is None:
        raise NotFound("No such task")
    if changed is None:
        raise Conflict("This task is resolved", code="task_resolved")
    return changed


async def _write(session: AsyncSession, task: SupportTask, action: str, by: UUID, reason: str, at: datetime) -> None:
    await audit.append(
        session,
        actor=str(by),
        action=action,
        subject=f"task:{task.id}",
        booking_id=task.booking_id,
        reason=reason,
        at=at,
        data={"kind": task.kind, "assignee_id": str(task.assignee_id)},
    )
