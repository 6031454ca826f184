"""Any commands in any order, at any time, with activities failing before and after their work: what must hold holds."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from dogwalk.contracts.booking import (
    AcceptOffer,
    CancelBooking,
    CommandByOwner,
    CommandOfWalker,
    DeclineOffer,
    ReportIncident,
    Withdraw,
)
from dogwalk.contracts.support import SupportCommand
from dogwalk.db.models.walker import WalkerCalendar
from dogwalk.domain.booking import Status
from dogwalk.domain.incident import IncidentKind
from dogwalk.errors import DogwalkError
from tests.support.deeds import with_grant
from tests.support.footsteps import leave_footsteps
from tests.support.trouble import AFTER, BEFORE, Trouble
from tests.support.world import open_world

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from uuid import UUID

    from dogwalk.contracts.base import Payload
    from tests.support.database import Template
    from tests.support.people import Owner

T = TypeVar("T")

# The same runs every time; real services are too slow to shrink a failure on.
BOUNDED = settings(
    max_examples=int(os.environ.get("ANY_ORDER_EXAMPLES", "8")),
    stateful_step_count=14,
    deadline=None,
    derandomize="ANY_ORDER_EXAMPLES" not in os.environ,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
A_STEP_TAKES_AT_MOST_S = 90
WALKERS = st.integers(0, 2)
SPANS = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 6, 16, 31, 95, 240)])
STAGES = ("matching", "assigned", "on_the_way", "arrive", "start", "start")
# Said to each of its people at most once, however a booking came to its end and whatever failed on the way there.
ONCE = {
    "booking_cancelled",
    "no_access",
    "no_show",
    "no_show_recorded",
    "payout_sent",
    "receipt",
    "unfulfilled",
    "walk_ended_for_you",
    "walk_finished",
    "walk_started",
}
BEFORE_THE_WALK = {Status.REQUESTED, Status.MATCHING, Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED}
# booking-life.md, the walker's commands by state, and whose turn it is for the others
MAY_COME_IN = {
    "accept_offer": {Status.MATCHING, Status.ASSIGNED, Status.ON_THE_WAY},
    "decline_offer": set(Status),
    "withdraw": {Status.ASSIGNED, Status.ON_THE_WAY},
    "on_the_way": {Status.ASSIGNED, Status.ON_THE_WAY},
    "arrive": {Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED},
    "start": {Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED, Status.IN_PROGRESS},
    "finish": {Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.ENDED_EARLY, Status.CLOSED},
    "no_access": {Status.ARRIVED, Status.NO_ACCESS},
    "cancel": BEFORE_THE_WALK,
    "end_early": {Status.IN_PROGRESS},
    "report_incident": set(Status) - {Status.REQUESTED, Status.MATCHING, Status.CLOSED},
    "release_incident": set(Status),
}


class AnyOrder(RuleBasedStateMachine):
    """One booking a run, three walkers who try everything."""

    loop: asyncio.AbstractEventLoop
    environment: dict[str, str]
    template: Template

    def __init__(self) -> None:
        super().__init__()
        self.trouble = Trouble()
        self.open_things = AsyncExitStack()

    @initialize(starts_in=st.sampled_from([timedelta(hours=2), timedelta(hours=30)]), stage=st.sampled_from(STAGES))
    def book(self, starts_in: timedelta, stage: str) -> None:
        """Left to chance, hardly a run would get as far as the door: it begins somewhere in the middle."""
        self.owner, self.walkers, self.booking_id = self._do(self._booked(starts_in))
        self._do(self._reach(stage))

    @rule(who=WALKERS)
    def accept(self, who: int) -> None:
        """Who has the walk may say so again at any time."""
        payload = AcceptOffer(walker_id=self.walkers[who])
        if self._do(self.world.state(self.booking_id)).walker_id == self.walkers[who]:
            with suppress(DogwalkError):
                self._do(self.world.command(self.booking_id, "accept_offer", payload))
        else:
            self._try("accept_offer", payload)

    @rule(who=WALKERS)
    def decline(self, who: int) -> None:
        self._try("decline_offer", DeclineOffer(walker_id=self.walkers[who]))

    @rule(who=WALKERS)
    def withdraw(self, who: int) -> None:
        self._try("withdraw", Withdraw(walker_id=self.walkers[who]))

    @rule(name=st.sampled_from(["on_the_way", "arrive", "start", "finish", "no_access"]), who=WALKERS)
    def tap(self, name: str, who: int) -> None:
        self._try(name, CommandOfWalker(walker_id=self.walkers[who]))

    @rule(name=st.sampled_from(["on_the_way", "arrive", "start", "finish"]))
    def tap_by_who_has_it(self, name: str) -> None:
        holder = self._do(self.world.state(self.booking_id)).walker_id
        if holder is not None:
            self._try(name, CommandOfWalker(walker_id=holder))

    @rule(fee=st.sampled_from([0, 1388, 2775]))
    def cancel(self, fee: int) -> None:
        self._try("cancel", CancelBooking(actor_id=self.owner.id, expected_fee=fee))

    @rule()
    def end_early(self) -> None:
        self._try("end_early", CommandByOwner(owner_id=self.owner.id))

    @rule(by_owner=st.booleans(), who=WALKERS)
    def report_incident(self, by_owner: bool, who: int) -> None:  # noqa: FBT001 hypothesis names it
        by, person_id = ("owner", self.owner.id) if by_owner else ("walker", self.walkers[who])
        self._try("report_incident", ReportIncident(by=by, person_id=person_id, kind=IncidentKind.OTHER))

    @rule()
    def release_incident(self) -> None:
        self._try("release_incident", self._granted("release_incident"))

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self._do(self._pass(span))

    @rule(moments=st.lists(st.sampled_from([BEFORE, AFTER]), min_size=1, max_size=2))
    def trouble_comes(self, moments: list[str]) -> None:
        self.trouble.plan(moments)

    @invariant()
    def one_walker_has_it_at_most(self) -> None:
        if hasattr(self, "booking_id"):
            assert self._do(self._live_assignments()) <= 1

    def teardown(self) -> None:
        if hasattr(self, "booking_id"):
            self._do(self._end())
        self._do(self.open_things.aclose())

    # --- how ------------------------------------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(A_STEP_TAKES_AT_MOST_S)

    def _granted(self, name: str) -> SupportCommand:
        return with_grant(self.world, name, self.booking_id, SupportCommand(reason="looked into it"))

    def _try(self, name: str, payload: Payload) -> None:
        before = self._do(self.world.row(self.booking_id)).status
        try:
            self._do(self.world.command(self.booking_id, name, payload))
        except DogwalkError:
            return
        assert before in MAY_COME_IN[name], f"{name} was taken at {before}"

    async def _booked(self, starts_in: timedelta) -> tuple[Owner, list[UUID], UUID]:
        """In a world of its own: clocks are per workflow, and this one's will have run ahead."""
        opening = open_world(self.environment, self.template, interceptors=[self.trouble])
        self.world = world = await self.open_things.enter_async_context(opening)
        owner, walkers = await world.town.owner(), [await world.town.walker() for _ in range(3)]
        booking_id = await world.book(owner, starts_in=starts_in)
        await world.status(booking_id, "matching", timeout_s=60)
        return owner, walkers, booking_id

    async def _reach(self, stage: str) -> None:
        if stage == "matching":
            return
        walker, start = self.walkers[0], (await self.world.row(self.booking_id)).starts_at
        await self.world.accept(self.booking_id, walker)
        if stage == "assigned":
            return
        await self.world.advance(self.booking_id, start - self.world.now())
        await self.world.step(self.booking_id, stage, walker, at=start)

    async def _pass(self, span: timedelta) -> None:
        state = await self.world.state(self.booking_id)
        if state.status is Status.CLOSED:
            return
        await self.world.advance(self.booking_id, span)
        if state.status is Status.IN_PROGRESS:
            now = self.world.now()
            await leave_footsteps(self.world.resources, self.booking_id, first=now - span, last=now)

    async def _live_assignments(self) -> int:
        statement = select(func.count()).where(
            WalkerCalendar.booking_id == self.booking_id, WalkerCalendar.live, WalkerCalendar.kind == "assignment"
        )
        async with self.world.resources.database.transaction() as session:
            return int(await session.scalar(statement) or 0)

    async def _end(self) -> None:
        """However it stands, it comes to an end, with balanced books, and nobody was told a thing twice."""
        self.trouble.forget()
        world, booking_id = self.world, self.booking_id
        state = await world.state(booking_id)
        if state.outcome is None and state.walker_id and state.status is Status.IN_PROGRESS:
            await world.step(booking_id, "finish", state.walker_id)
        elif state.outcome is None:
            await world.handles[booking_id].cancel()
        if state.incident_at is not None:
            await world.command(booking_id, "release_incident", self._granted("release_incident"))
        await world.closed(booking_id)
        told = await world.told(booking_id)
        assert not {key: times for key, times in told.items() if key[0] in ONCE and times > 1}


async def test_commands_in_any_order_break_no_invariant(stack_environment: dict[str, str], template: Template) -> None:
    AnyOrder.loop, AnyOrder.environment, AnyOrder.template = asyncio.get_running_loop(), stack_environment, template
    await asyncio.to_thread(run_state_machine_as_test, AnyOrder, settings=BOUNDED)
