"""A whole Dogwalk for one test: its own database, Stripe account, task queues and clock on the shared services.

Clocks are per workflow: `advance` moves the workflow, the emulator and the API's clock together.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from devstack.stripe.client import ControlPlane, PhoneStripe
from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.adapters.clock import SystemClock
from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import open_resources
from dogwalk.config import Settings
from dogwalk.contracts.booking import (
    AcceptOffer,
    BookingRequest,
    BookingState,
    CancelBooking,
    CommandByOwner,
    CommandOfWalker,
    workflow_id,
)
from dogwalk.contracts.plan import PlanState
from dogwalk.db.models.base import uuid7
from dogwalk.domain.ledger import MUST_BE_ZERO
from dogwalk.domain.policy import MarketPolicy
from dogwalk.errors import DogwalkError, Unavailable
from dogwalk.services.booking.request import BookingRequests, NewBooking
from dogwalk.services.fleet.sweep import FleetSweep
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.debt import Debts
from tests.support.footsteps import leave_footsteps, send_footsteps
from tests.support.outcomes import Outcomes
from tests.support.people import MARKET, Owner, Town
from workers.registry import areas
from workers.tuning import worker_for

CACHED = "SCENARIOS_CACHED_WORKFLOWS"  # 0: every workflow task replays its booking from the beginning

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from temporalio.client import Interceptor

    from dogwalk.contracts.base import Payload
    from dogwalk.contracts.fleet import SweepResult
    from dogwalk.db.models.booking import Booking
    from tests.support.database import Template


@dataclass(kw_only=True)
class World(Outcomes):
    environment: dict[str, str]
    settings: Settings
    client: Client
    skipper: TimeSkipper
    clock: SystemClock
    control: ControlPlane
    town: Town
    running: BookingWorkflows
    fleet: FleetSweep
    plans: dict[UUID, WorkflowHandle[Any, PlanState]] = field(default_factory=dict)

    # --- time -----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    async def advance(self, booking_id: UUID, by: timedelta) -> None:
        """The workflow's timers fire, holds lapse, the API's clock moves: by the same span. Then the fleet is swept."""
        await self.wait(booking_id, by)
        await self.sweep()

    async def wait(self, booking_id: UUID, by: timedelta) -> None:
        """As `advance`, and nobody looks at the fleet."""
        self.clock.offset += by
        await self.control.advance(by.total_seconds())
        await self.skipper.fast_forward(self.handles[booking_id], by)

    async def sweep(self) -> SweepResult:
        """What the schedule does every minute, for this world's market at this world's time."""
        return await self.fleet.sweep_market(MARKET, at=self.now())

    # --- a booking ------------------------------------------------------------------------------------------------

    async def book(self, owner: Owner, *, starts_in: timedelta = timedelta(hours=30), **fields: Any) -> UUID:
        """Reserved, started and revealed as the API does it."""
        request = await self.reserve(owner, starts_in=starts_in, **fields)
        await self.start(request)
        await self.requests.reveal(request.booking_id, at=self.now())
        return request.booking_id

    async def reserve(self, owner: Owner, *, starts_in: timedelta, **fields: Any) -> BookingRequest:
        starts_at = (self.now() + starts_in).replace(microsecond=0)
        quote_id = await self.town.quote(owner, starts_at=starts_at, **fields.pop("quote", {}))
        new = NewBooking(
            booking_id=uuid7(),
            owner_id=owner.id,
            quote_id=quote_id,
            payment_method_id=owner.payment_method_id,
            at=self.now(),
            **fields,
        )
        return await self.requests.reserve(new)

    @property
    def requests(self) -> BookingRequests:
        return BookingRequests(database=self.resources.database, gateway=self.resources.payments)

    async def start(self, request: BookingRequest) -> None:
        with self.skipper.with_time_skipping_disabled():
            await self.running.start(request)
        handle = self.client.get_workflow_handle(workflow_id(request.booking_id), result_type=BookingState)
        self.handles[request.booking_id] = handle

    async def command(self, booking_id: UUID, name: str, payload: Payload, *, key: str | None = None) -> BookingState:
        """An update as a phone sends it: under the same key until somebody answers. Raises what it was refused with."""
        update_id = key or str(uuid4())
        while True:
            try:
                return await self.running.command(booking_id, name, payload, update_id=update_id)
            except Unavailable:
                await asyncio.sleep(0.2)

    async def refused(self, booking_id: UUID, name: str, payload: Payload) -> str:
        """The code a command is refused with; one that is taken fails the test."""
        with pytest.raises(DogwalkError) as caught:
            await self.command(booking_id, name, payload)
        return caught.value.code

    async def accept(self, booking_id: UUID, walker_id: UUID) -> BookingState:
        return await self.command(booking_id, "accept_offer", AcceptOffer(walker_id=walker_id))

    async def step(self, booking_id: UUID, name: str, walker_id: UUID, *, at: datetime | None = None) -> BookingState:
        """One of the walker's buttons, tapped `at`: a slow machine's seconds must not show in what a walk costs."""
        return await self.command(booking_id, name, CommandOfWalker(walker_id=walker_id, at=at))

    async def set_out(self, booking_id: UUID, walker_id: UUID, *, late_by: timedelta = timedelta(0)) -> None:
        """From the assignment to the dog being out, in good time or late."""
        start = (await self.row(booking_id)).starts_at
        await self.advance(booking_id, start - timedelta(minutes=30) - self.now())
        await self.step(booking_id, "on_the_way", walker_id)
        at = start + late_by
        await self.advance(booking_id, at - self.now())
        await self.step(booking_id, "arrive", walker_id, at=at)
        await self.step(booking_id, "start", walker_id, at=at)

    async def walk_for(self, booking_id: UUID, span: timedelta) -> None:
        """Time passes and the phone's positions arrive: round the block and home again."""
        await self.wait(booking_id, span)
        await leave_footsteps(self.resources, booking_id, first=self.now() - span, last=self.now())
        await self.sweep()

    async def send_late(self, booking_id: UUID, *, first: datetime, last: datetime) -> None:
        """A phone that was offline empties its queue; a minute later the sweep has told the booking."""
        receipt = await send_footsteps(self.resources, booking_id, first=first, last=last)
        assert receipt.accepted, receipt
        await self.advance(booking_id, timedelta(minutes=2))

    async def wait_for(self, booking_id: UUID, span: timedelta, *, away_m: float = 0.0) -> None:
        """Time passes and the phone lies still, at the door or `away_m` from it."""
        await self.advance(booking_id, span)
        first, last = self.now() - span, self.now()
        await leave_footsteps(self.resources, booking_id, first=first, last=last, pace_mps=0.0, away_m=away_m)

    async def walk(self, booking_id: UUID, walker_id: UUID) -> None:
        """A whole one, from the assignment to the finish."""
        row = await self.row(booking_id)
        await self.set_out(booking_id, walker_id)
        await self.walk_for(booking_id, row.ends_at - row.starts_at)
        await self.step(booking_id, "finish", walker_id, at=row.ends_at)

    async def cancel(self, booking_id: UUID, owner: Owner, *, fee: int) -> BookingState:
        return await self.command(booking_id, "cancel", CancelBooking(actor_id=owner.id, expected_fee=fee))

    async def confirm_on_the_phone(self, booking_id: UUID) -> None:
        """3-D Secure as the app does it: with the booking's client secret; then we are told, and ask Stripe."""

        async def waits() -> bool:
            return (await self.row(booking_id)).payment_action_kind == "authenticate"

        await self.eventually(waits)
        hold = (await self.payments(booking_id))[-1]
        secret = await self.resources.payments.get_client_secret(payment_intent_id=hold.payment_intent_id)
        await self.town.phone.confirm_payment(secret)
        owner_id = (await self.row(booking_id)).owner_id
        await self.command(booking_id, "confirm_payment", CommandByOwner(owner_id=owner_id))

    @property
    def debts(self) -> Debts:
        return Debts(database=self.resources.database, charges=Charges(gateway=self.resources.payments))

    # --- what became of it ----------------------------------------------------------------------------------------

    async def closed(self, booking_id: UUID) -> Booking:
        """Runs the workflow to its end, however far in the future that is, and insists on balanced books."""
        await self._skip_to_the_end(booking_id)
        return await self.balanced(booking_id)

    async def balanced(self, booking_id: UUID) -> Booking:
        row = await self.status(booking_id, "closed")
        balances = await self.balances(booking_id)
        assert sum(balances.values()) == 0, balances
        assert not {name: amount for name, amount in balances.items() if name in MUST_BE_ZERO and amount}, balances
        return row

    async def _skip_to_the_end(self, booking_id: UUID) -> None:
        handle = self.handles[booking_id]
        with contextlib.suppress(RPCError):  # over already: there is nothing to skip
            await self.skipper.fast_forward(handle)
        await handle.result()


def environment_for(environment: dict[str, str], database_url: str) -> dict[str, str]:
    """Nothing of another test's is within reach."""
    name = uuid4().hex[:12]
    return environment | {
        "DATABASE_URL": database_url,
        "DATABASE_POOL_SIZE": "5",
        "TASK_QUEUE_PREFIX": f"{name}-",
        "REDIS_PREFIX": f"{name}:",
        "STRIPE_API_KEY": f"sk_test_{name}",
        "STRIPE_PUBLISHABLE_KEY": f"pk_test_{name}",
        "RATE_LIMITS": "false",
        "WORKER_MAX_CACHED_WORKFLOWS": os.environ.get(CACHED, "1000"),
    }


@asynccontextmanager
async def open_world(
    environment: dict[str, str],
    template: Template,
    *,
    policy: MarketPolicy | None = None,
    workers: bool = True,
    interceptors: Sequence[Interceptor] = (),
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        url = await template.clone()
        stack.push_async_callback(template.drop, url)
        own = environment_for(environment, url)
        settings = Settings(**{name.lower(): value for name, value in own.items()})
        clock = SystemClock()
        resources = await stack.enter_async_context(open_resources(settings, clock=clock))
        plain = await connect(settings, keys=resources.workflow_keys, vault=resources.vault, interceptors=interceptors)
        skipper = TimeSkipper(plain)
        base = settings.stripe_api_base or ""
        control = await stack.enter_async_context(ControlPlane(base, settings.stripe_api_key.get_secret_value()))
        phone = await stack.enter_async_context(PhoneStripe(base, settings.stripe_publishable_key))
        town = Town(resources=resources, control=control, phone=phone, policy=policy or MarketPolicy())
        await town.make_market()
        if workers:
            for area in areas(resources, plain):  # what activities start runs at its own pace
                await stack.enter_async_context(worker_for(skipper.client, settings, area))
        running = BookingWorkflows(
            client=skipper.client,
            task_queue_prefix=settings.task_queue_prefix,
            command_timeout_s=settings.command_timeout_s,
        )
        yield World(
            environment=own,
            settings=settings,
            resources=resources,
            client=skipper.client,
            skipper=skipper,
            clock=clock,
            control=control,
            town=town,
            running=running,
            fleet=FleetSweep(database=resources.database, running=running),
        )
