"""Weekly plans in a world: made as the API makes them, looked at through their rows."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

from dogwalk.adapters.plan_workflows import PlanWorkflows
from dogwalk.contracts.plan import PlanState, workflow_id
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.plan import PlanOccurrence, PlanStatement
from dogwalk.db.models.support import SupportTask
from dogwalk.domain.local_time import at_wall_time, local_date
from dogwalk.domain.plan import WeeklyTime
from dogwalk.services.plan.request import NewPlan, PlanRequests
from tests.support.people import Owner, zone_where_it_is
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dogwalk.contracts.base import Payload

NOON = time(12)
MORNING = 6
STEP = timedelta(days=8)


@dataclass(kw_only=True)
class Series:
    """One plan. Its clock is its own: `advance` moves it with the API's and the emulator's."""

    world: World
    plan_id: UUID
    owner: Owner
    time_zone: str

    @property
    def today(self) -> date:
        return local_date(self.world.now(), time_zone=self.time_zone)

    async def advance(self, by: timedelta) -> None:
        while by > timedelta(0):
            step = min(by, STEP)
            self.world.clock.offset += step
            await self.world.control.advance(step.total_seconds())
            await self.follow(step)
            by -= step

    async def follow(self, by: timedelta) -> None:
        """The clock of this plan alone, after a booking was advanced. The server lets a run that continues another wait
        a second for its first task, and skips over it: small steps, each of which sees the run begun, miss no day.
        """
        with contextlib.suppress(RPCError):  # over already: there is nothing to skip
            await self.world.skipper.fast_forward(self.world.plans[self.plan_id], by)
        await self.world.eventually(self._has_begun, timeout_s=60)

    async def advance_to(self, day: date) -> None:
        """The noon of that day at home."""
        await self.advance(at_wall_time(day, NOON, time_zone=self.time_zone) - self.world.now())

    async def command(self, name: str, payload: Payload) -> PlanState:
        return await _running(self.world).command(self.plan_id, name, payload, update_id=str(uuid4()))

    async def state(self) -> PlanState:
        return PlanState.model_validate(await self.world.plans[self.plan_id].query("state"))

    async def rows(self) -> Sequence[PlanOccurrence]:
        return await self._all(select(PlanOccurrence).where(PlanOccurrence.plan_id == self.plan_id))

    async def bookings(self) -> Sequence[Booking]:
        return await self._all(select(Booking).where(Booking.plan_id == self.plan_id).order_by(Booking.starts_at))

    async def standing(self) -> dict[date, PlanOccurrence]:
        """The days that are booked, one walk a day."""
        booked = [row for row in await self.rows() if row.state == "booked"]
        found = {row.local_date: row for row in booked}
        assert len(found) == len(booked), "a day is booked twice"
        return dict(sorted(found.items()))

    async def is_standing(self, *days: date, at: dict[date, time] | None = None, timeout_s: float = 60) -> None:
        """Waits until exactly these are booked, at noon unless `at` says otherwise."""
        expected = dict.fromkeys(days, NOON) | (at or {})

        async def reached() -> bool:
            return {day: row.at for day, row in (await self.standing()).items()} == expected

        await self.world.eventually(reached, timeout_s=timeout_s)

    async def statements(self) -> Sequence[PlanStatement]:
        return await self._all(select(PlanStatement).where(PlanStatement.plan_id == self.plan_id))

    async def told(self) -> Counter[str]:
        """What the owner was told of the series itself, each fact once however many channels it took."""
        found = await self._all(select(OutboxMessage).where(OutboxMessage.person_id == self.owner.id))
        return Counter(kind for kind, _ in {(one.kind, one.batch) for one in found if one.booking_id is None})

    async def tasks(self) -> Sequence[SupportTask]:
        return await self._all(select(SupportTask).where(SupportTask.person_id == self.owner.id))

    async def waits(self) -> bool:
        """Everything is done that could be: a timer is the last thing it asked for."""
        history = await self.world.plans[self.plan_id].fetch_history()
        skipping = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED
        last = next(one.event_type for one in reversed(history.events) if one.event_type != skipping)
        return last == EventType.EVENT_TYPE_TIMER_STARTED

    async def _has_begun(self) -> bool:
        history = await self.world.plans[self.plan_id].fetch_history()
        return any(one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for one in history.events)

    async def _all(self, statement: Any) -> Sequence[Any]:
        async with self.world.resources.database.transaction() as session:
            return (await session.scalars(statement)).all()


async def make_plan(
    world: World,
    owner: Owner,
    *,
    weekdays: Sequence[int],
    starts_on: date,
    at: time = NOON,
    time_zone: str | None = None,
    passes_per_run: int | None = None,
    **fields: Any,
) -> Series:
    """Unless a zone is given, at a home where it is morning now: its noon is to come, whenever the test runs."""
    time_zone = time_zone or zone_where_it_is(MORNING, world.now())
    async with world.resources.database.transaction() as session:
        home = await session.get_one(Home, owner.home_id)
        home.time_zone = time_zone
    new = NewPlan(
        plan_id=uuid7(),
        owner_id=owner.id,
        home_id=owner.home_id,
        dog_ids=owner.dog_ids,
        service="walk_30",
        weekly=[WeeklyTime(weekday, at) for weekday in weekdays],
        starts_on=starts_on,
        payment_method_id=owner.payment_method_id,
        quote_id=await world.town.quote(owner, starts_at=world.now() + timedelta(days=2)),
        at=world.now(),
        **fields,
    )
    await _start(world, new, passes_per_run)
    return Series(world=world, plan_id=new.plan_id, owner=owner, time_zone=time_zone)


async def _start(world: World, new: NewPlan, passes_per_run: int | None) -> None:
    requests = PlanRequests(database=world.resources.database, gateway=world.resources.payments)
    request = await requests.reserve(new)
    if passes_per_run is not None:
        request = request.model_copy(update={"passes_per_run": passes_per_run})
    with world.skipper.with_time_skipping_disabled():
        await _running(world).start(request)
    await requests.reveal(new.plan_id, at=new.at)
    world.plans[new.plan_id] = world.client.get_workflow_handle(workflow_id(new.plan_id), result_type=PlanState)


def _running(world: World) -> PlanWorkflows:
    return PlanWorkflows(
        client=world.client,
        task_queue_prefix=world.settings.task_queue_prefix,
        command_timeout_s=world.settings.command_timeout_s,
    )


def days_from_today(world: World, days: int) -> date:
    """Where it is morning now."""
    return local_date(world.now(), time_zone=zone_where_it_is(MORNING, world.now())) + timedelta(days=days)


def next_clock_changes(time_zone: str, *, after: date) -> tuple[date, date]:
    """The next two days on which the clock is changed there."""
    changes = [day for n in range(1, 400) if _changes_on(day := after + timedelta(days=n), time_zone)]
    return changes[0], changes[1]


def _changes_on(day: date, time_zone: str) -> bool:
    midnights = [at_wall_time(one, time(0), time_zone=time_zone) for one in (day, day + timedelta(days=1))]
    return midnights[1] - midnights[0] != timedelta(days=1)
