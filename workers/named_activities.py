"""Names the booking, the workflow and the activity on every line that is logged while an activity runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, Interceptor

if TYPE_CHECKING:
    from temporalio.worker import ExecuteActivityInput


class NamedActivities(Interceptor):
    def intercept_activity(
        self,
        next: ActivityInboundInterceptor,  # noqa: A002 the SDK's name
    ) -> ActivityInboundInterceptor:
        return _Named(next)


class _Named(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 the SDK's name
        with structlog.contextvars.bound_contextvars(**_names(input)):
            return await super().execute_activity(input)


def _names(input: ExecuteActivityInput) -> dict[str, str]:  # noqa: A002 as above
    info = activity.info()
    names = {"activity": info.activity_type, "workflow_id": info.workflow_id, "booking_id": _booking_id(input)}
    return {name: str(value) for name, value in names.items() if value}


def _booking_id(input: ExecuteActivityInput) -> object:  # noqa: A002 as above
    """Every request about a booking names it, by itself or in the change it makes."""
    request = input.args[0] if input.args else None
    return getattr(getattr(request, "change", request), "booking_id", None)
