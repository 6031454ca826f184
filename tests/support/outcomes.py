"""What became of bookings: their rows, money, messages and histories, read as they are kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from temporalio.client import WorkflowHandle

from devstack.history import HistoryCost, cost_of
from dogwalk.bootstrap import Resources
from dogwalk.contracts.booking import (
    BookingState,
)
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger, payment, support_task

if TYPE_CHECKING:
    from dogwalk.db.models.booking import Booking


@dataclass(kw_only=True)
class Outcomes:
    """What is known of bookings: their rows, money, messages, histories."""

    resources: Resources
    handles: dict[UUID, WorkflowHandle[Any, BookingState]] = field(default_factory=dict)

    async def state(self, booking_id: UUID) -> BookingState:
        return BookingState.model_validate(await self.handles[booking_id].query("state"))

    async def row(self, booking_id: UUID) -> Booking:
        async with self.resources.database.transaction() as session:
            found = await bookings.get(session, booking_id)
        assert found is not None
        return found

    async def tasks(self, booking_id: UUID) -> dict[str, str]:
        """What support was asked to look at: kind → status."""
        async with self.resources.database.transaction() as session:
            return {task.kind: task.status for task in await support_task.of_booking(session, booking_id)}

    async def told(self, booking_id: UUID) -> Counter[tuple[str, UUID]]:
        """Who was told what and how often, however many channels each time took."""
        message = OutboxMessage
        statement = select(message.kind, message.person_id, message.batch).where(message.booking_id == booking_id)
        async with self.resources.database.transaction() as session:
            rows = (await session.execute(statement.distinct())).all()
        return Counter((kind, person_id) for kind, person_id, _ in rows)

    async def cost(self, booking_id: UUID) -> HistoryCost:
        return cost_of((await self.handles[booking_id].fetch_history()).events)

    async def chapters(self, booking_id: UUID) -> list[str]:
        """The event groups its story names, in order (workflows/chapters.py)."""
        events = (await self.handles[booking_id].fetch_history()).events
        return list(dict.fromkeys(mark.label.id for one in events for mark in one.event_group_markers if mark.label.id))

    async def outbox(self, booking_id: UUID) -> list[OutboxMessage]:
        async with self.resources.database.transaction() as session:
            statement = select(OutboxMessage).where(OutboxMessage.booking_id == booking_id)
            return list((await session.scalars(statement)).all())

    async def balances(self, booking_id: UUID) -> dict[str, int]:
        async with self.resources.database.transaction() as session:
            return await ledger.balances(session, booking_id)

    async def payments(self, booking_id: UUID) -> list[Any]:
        async with self.resources.database.transaction() as session:
            return list(await payment.of_booking(session, booking_id))

    async def eventually(self, check: Any, *, timeout_s: float = 60.0) -> Any:
        """Waits until `await check()` is true; fails with its last answer."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            answer = await check()
            if answer:
                return answer
            assert asyncio.get_running_loop().time() < deadline, f"never true: {check}"
            await asyncio.sleep(0.05)

    async def status(self, booking_id: UUID, *expected: str, timeout_s: float = 60.0) -> Booking:
        async def reached() -> Booking | None:
            row = await self.row(booking_id)
            return row if row.status in expected else None

        return await self.eventually(reached, timeout_s=timeout_s)
