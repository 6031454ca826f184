"""What needs a person."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.deps import Res, SupportOnly
from api.errors import problems
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.support import TaskView
from api.schemas.support_deeds import TaskAssignment, TaskResolution
from api.support_rendering import task_view
from dogwalk.services.support.tasks import SupportTasks

router = APIRouter(tags=["support"])


async def _tasks(res: Res) -> SupportTasks:
    return SupportTasks(database=res.database)


Tasks = Annotated[SupportTasks, Depends(_tasks)]


@router.get("/v1/support/tasks")
async def list_tasks(
    _: SupportOnly,
    tasks: Tasks,
    page: PageQuery,
    status: Annotated[
        Literal["open", "assigned", "resolved"] | None, Query(description="Unless said otherwise, what is not resolved")
    ] = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    assignee_id: UUID | None = None,
) -> Page[TaskView]:
    """What waits longest first."""
    found = await tasks.page(status=status, kind=kind, assignee_id=assignee_id, after=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda task: (task.created_at, task.id), render=task_view)


@router.post("/v1/support/tasks/{task_id}/assign", responses=problems(404, 409))
async def assign_task(task_id: UUID, body: TaskAssignment, who: SupportOnly, tasks: Tasks, res: Res) -> TaskView:
    """To me, or to a colleague. 422 `not_support`; 409 `task_resolved`."""
    to = body.assignee_id or who.person_id
    return task_view(await tasks.assign(task_id, by=who.person_id, to=to, reason=body.reason, at=res.clock.now()))


@router.post("/v1/support/tasks/{task_id}/resolve", responses=problems(404, 409))
async def resolve_task(task_id: UUID, body: TaskResolution, who: SupportOnly, tasks: Tasks, res: Res) -> TaskView:
    """By me, with a word on how. 409 `task_resolved`."""
    return task_view(await tasks.resolve(task_id, by=who.person_id, resolution=body.resolution, at=res.clock.now()))
