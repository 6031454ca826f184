"""What is logged while an activity runs names the booking it works on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import structlog
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from dogwalk.contracts.booking import BookingRequest, Change, Deliver, EndRequest
from workers.named_activities import NamedActivities

BOOKING = uuid4()
CHANGE = Change(booking_id=BOOKING, version=3, at=datetime(2026, 6, 1, tzinfo=UTC), actor="walker")


class Names(ActivityInboundInterceptor):
    """In the place of the activity itself."""

    def __init__(self) -> None:
        """There is no next one."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 the SDK's name
        del input
        return structlog.contextvars.get_contextvars()


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (EndRequest.model_construct(change=CHANGE), {"booking_id": str(BOOKING)}),
        (BookingRequest.model_construct(booking_id=BOOKING), {"booking_id": str(BOOKING)}),
        (Deliver(batch="1:2"), {}),
        (None, {}),
    ],
)
async def test_an_activity_names_its_workflow_and_its_booking(request_: Any, named: dict[str, str]) -> None:
    environment = ActivityEnvironment()
    ran = NamedActivities().intercept_activity(Names())
    args = [] if request_ is None else [request_]
    asked = ExecuteActivityInput(fn=print, args=args, executor=None, headers={})
    seen = await environment.run(ran.execute_activity, asked)
    info = environment.info
    assert seen == {"activity": info.activity_type, "workflow_id": info.workflow_id, **named}
    assert structlog.contextvars.get_contextvars() == {}
