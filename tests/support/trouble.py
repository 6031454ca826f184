"""Activities that fail on demand: before their work, or after it, so that its answer is lost."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from temporalio import client, worker

if TYPE_CHECKING:
    from collections.abc import Iterable

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
