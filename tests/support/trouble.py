"""Activities that fail on demand: before their work, or after it, so that its answer is lost. Or that take so long that
something else comes in between.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from temporalio import activity, client, worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

BEFORE, AFTER = "before", "after"


class TroubleMet(RuntimeError):
    """Nothing of ours raises this: it is retried as any surprise is."""


class Trouble(client.Interceptor, worker.Interceptor):
    """What is `planned` meets the next attempts, in this order; each plan is one attempt's."""

    def __init__(self) -> None:
        self._planned: deque[str] = deque()

    def plan(self, moments: Iterable[str]) -> None:
        self._planned.extend(moments)

    def forget(self) -> None:
        self._planned.clear()

    def next(self) -> str | None:
        return self._planned.popleft() if self._planned else None

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002 its name in the SDK
        return _Troubled(next, self)


class _Troubled(worker.ActivityInboundInterceptor):
    def __init__(self, inner: worker.ActivityInboundInterceptor, trouble: Trouble) -> None:
        super().__init__(inner)
        self._trouble = trouble

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002 its name in the SDK
        moment = self._trouble.next()
        if moment == BEFORE:
            raise TroubleMet(moment)
        result = await self.next.execute_activity(input)
        if moment == AFTER:
            raise TroubleMet(moment)
        return result


class Meanwhile(client.Interceptor, worker.Interceptor):
    """`happens` once, between the first work of an activity and its answer."""

    def __init__(self, activity_type: str) -> None:
        self.activity_type = activity_type
        self.happens: Callable[[], Awaitable[None]] | None = None

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002 its name in the SDK
        return _Meanwhile(next, self)


class _Meanwhile(worker.ActivityInboundInterceptor):
    def __init__(self, inner: worker.ActivityInboundInterceptor, meanwhile: Meanwhile) -> None:
        super().__init__(inner)
        self._meanwhile = meanwhile

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002 its name in the SDK
        result = await self.next.execute_activity(input)
        happens = self._meanwhile.happens
        if happens is not None and activity.info().activity_type == self._meanwhile.activity_type:
            self._meanwhile.happens = None
            await happens()
        return result
