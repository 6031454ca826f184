"""A raw Cancel, as the button in the Temporal UI sends it, while a chosen activity of the workflow runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity, client, worker
from temporalio.api.enums.v1 import EventType


@dataclass(kw_only=True)
class CancelDuring(client.Interceptor, worker.Interceptor):
    """`cancel` is given the workflow's id and awaited once, inside the `nth` run of `activity`: the workflow awaits its
    answer at that moment. `seen`: every activity workflows ran, as (name, nth).
    """

    activity: str
    nth: int = 1
    cancel: Callable[[str], Awaitable[None]] | None = None
    seen: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return (self.activity, self.nth) in self.seen

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002 its name in the SDK
        return _Watched(next, self)

    async def look(self) -> None:
        info = activity.info()
        if info.workflow_id is None or info.attempt > 1:
            return
        nth = 1 + sum(name == info.activity_type for name, _ in self.seen)
        self.seen.append((info.activity_type, nth))
        if self.seen[-1] == (self.activity, self.nth) and self.cancel is not None:
            await self.cancel(info.workflow_id)


async def has_heard(handle: client.WorkflowHandle[Any, Any]) -> bool:
    """A task of the workflow ended after its cancellation: what comes now comes later than that, and not beside it."""
    kinds = [event.event_type for event in (await handle.fetch_history()).events]
    asked = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
    return asked in kinds and EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in kinds[kinds.index(asked) :]


class _Watched(worker.ActivityInboundInterceptor):
    def __init__(self, inner: worker.ActivityInboundInterceptor, during: CancelDuring) -> None:
        super().__init__(inner)
        self._during = during

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002 its name in the SDK
        await self._during.look()
        return await self.next.execute_activity(input)
