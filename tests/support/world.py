"""A whole Dogwalk for one test: its own database, Stripe account, task queues and clock on the shared services.

Clocks are per workflow: `advance` moves the workflow, the emulator and the API's clock together.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from devstack.stripe.client import ControlPlane, PhoneStripe
from dogwalk.adapters.clock import SystemClock
from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import Resources, open_resources
from dogwalk.config import Settings
from dogwalk.contracts.booking import WORKFLOW, BookingRequest, BookingState, workflow_id
from dogwalk.contracts.queues import BOOKING, task_queue
from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger, payment
from dogwalk.domain.policy import MarketPolicy
from dogwalk.services.booking.request import BookingRequests, NewBooking
from tests.support.people import Owner, Town
from workers.registry import areas
from workers.tuning import worker_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.contracts.base import Payload
    from dogwalk.db.models.booking import Booking
    from tests.support.database import Template


@dataclass(kw_only=True)
class World:
    settings: Settings
    resources: Resources
    client: Client
    skipper: TimeSkipper
    clock: SystemClock
    control: ControlPlane
    town: Town
    handles: dict[UUID, WorkflowHandle[Any, BookingState]] = field(default_factory=dict)

    # --- time -----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    async def advance(self, booking_id: UUID, by: timedelta) -> None:
        """The workflow's timers fire, holds lapse, the API's clock moves: by the same span."""
        self.clock.offset += by
        await self.control.advance(by.total_seconds())
        await self.skipper.fast_forward(self.handles[booking_id], by)

    # --- a booking ------------------------------------------------------------------------------------------------

    async def book(self, owner: Owner, *, starts_in: timedelta = timedelta(hours=30), **fields: Any) -> UUID:
        """Reserved, started and revealed as the API does it."""
        starts_at = (self.now() + starts_in).replace(microsecond=0)
        quote_id = await self.town.quote(owner, starts_at=starts_at, **fields.pop("quote", {}))
        booking_id = uuid7()
        requests = BookingRequests(database=self.resources.database, gateway=self.resources.payments)
        new = NewBooking(
            booking_id=booking_id,
            owner_id=owner.id,
            quote_id=quote_id,
            payment_method_id=owner.payment_method_id,
            at=self.now(),
            **fields,
        )
        await self.start(await requests.reserve(new))
        await requests.reveal(booking_id, at=self.now())
        return booking_id

    async def start(self, request: BookingRequest) -> None:
        with self.skipper.with_time_skipping_disabled():
            handle = await self.client.start_workflow(
                WORKFLOW,
                request,
                id=workflow_id(request.booking_id),
                task_queue=task_queue(self.settings.task_queue_prefix, BOOKING),
                result_type=BookingState,
            )
        self.handles[request.booking_id] = handle

    async def command(self, booking_id: UUID, name: str, payload: Payload, *, key: str | None = None) -> BookingState:
        """An update as the API sends it; raises `Refused` with the code when the workflow says no."""
        try:
            answer = await self.handles[booking_id].execute_update(name, payload, id=key or str(uuid4()))
        except WorkflowUpdateFailedError as error:
            raise Refused(getattr(error.cause, "type", "unknown"), error.cause) from error
        return BookingState.model_validate(answer["state"])

    async def state(self, booking_id: UUID) -> BookingState:
        return BookingState.model_validate(await self.handles[booking_id].query("state"))

    # --- what became of it ----------------------------------------------------------------------------------------

    async def row(self, booking_id: UUID) -> Booking:
        async with self.resources.database.transaction() as session:
            found = await bookings.get(session, booking_id)
        assert found is not None
        return found

    async def balances(self, booking_id: UUID) -> dict[str, int]:
        async with self.resources.database.transaction() as session:
            return await ledger.balances(session, booking_id)

    async def payments(self, booking_id: UUID) -> list[Any]:
        async with self.resources.database.transaction() as session:
            return list(await payment.of_booking(session, booking_id))

    async def eventually(self, check: Any, *, timeout_s: float = 15.0) -> Any:
        """Waits until `await check()` is true; fails with its last answer."""
        import asyncio

        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            answer = await check()
            if answer:
                return answer
            assert asyncio.get_running_loop().time() < deadline, f"never true: {check}"
            await asyncio.sleep(0.05)

    async def status(self, booking_id: UUID, *expected: str) -> Booking:
        async def reached() -> Booking | None:
            row = await self.row(booking_id)
            return row if row.status in expected else None

        return await self.eventually(reached)


class Refused(Exception):
    """A command the workflow refused, with its stable code."""

    def __init__(self, code: str, cause: BaseException | None) -> None:
        super().__init__(code)
        self.code = code
        self.cause = cause


def settings_for(environment: dict[str, str], database_url: str) -> Settings:
    """Nothing of another test's is within reach."""
    name = uuid4().hex[:12]
    values = {key.lower(): value for key, value in environment.items()}
    return Settings(
        **{
            **values,
            "database_url": database_url,
            "database_pool_size": 5,
            "task_queue_prefix": f"{name}-",
            "redis_prefix": f"{name}:",
            "stripe_api_key": f"sk_test_{name}",
            "stripe_publishable_key": f"pk_test_{name}",
            "rate_limits": False,
        }
    )


@asynccontextmanager
async def open_world(
    environment: dict[str, str], template: Template, *, policy: MarketPolicy | None = None, workers: bool = True
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        url = await template.clone()
        stack.push_async_callback(template.drop, url)
        settings = settings_for(environment, url)
        clock = SystemClock()
        resources = await stack.enter_async_context(open_resources(settings, clock=clock))
        skipper = TimeSkipper(await connect(settings, keys=resources.workflow_keys))
        base = settings.stripe_api_base or ""
        control = await stack.enter_async_context(ControlPlane(base, settings.stripe_api_key.get_secret_value()))
        phone = await stack.enter_async_context(PhoneStripe(base, settings.stripe_publishable_key))
        town = Town(resources=resources, control=control, phone=phone, policy=policy or MarketPolicy())
        await town.make_market()
        if workers:
            for area in areas(resources, skipper.client):
                await stack.enter_async_context(worker_for(skipper.client, settings, area))
        yield World(
            settings=settings,
            resources=resources,
            client=skipper.client,
            skipper=skipper,
            clock=clock,
            control=control,
            town=town,
        )
