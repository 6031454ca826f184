"""What no request and no workflow waits for: fences crossed, messages left unsent, Stripe's announcements, bookings never
started.

Every pass is claimed row by row, so any number of workers may run it side by side.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Self

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.adapters.plan_workflows import PlanWorkflows
from dogwalk.services.booking.request import BookingRequests
from dogwalk.services.payment.announcements import StripeAnnouncements
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.debt import Debts
from dogwalk.services.plan.request import PlanRequests
from dogwalk.services.support.areas import AreaActions
from dogwalk.services.support.grants import Grants
from dogwalk.services.tracking.crossings import Crossings
from workers.housekeeping import Housekeeping
from workers.registry import reconciliation

if TYPE_CHECKING:
    from types import TracebackType

    from temporalio.client import Client

    from dogwalk.bootstrap import Resources

logger = logging.getLogger(__name__)

PAUSE_S = 0.5
LEFT_OVER_AFTER_S = 5
PASS_LIMIT = 100
CLEAN_EVERY_S = 3600.0
RECONCILE_EVERY_S = 60.0


class Relay:
    """`async with Relay(…)`: passes follow one another until the block is left; the pass under way is finished."""

    def __init__(self, *, resources: Resources, client: Client) -> None:
        settings = resources.settings
        self._resources = resources
        self._running = BookingWorkflows(
            client=client,
            task_queue_prefix=settings.task_queue_prefix,
            command_timeout_s=settings.command_timeout_s,
        )
        self._plans_running = PlanWorkflows(
            client=client,
            task_queue_prefix=settings.task_queue_prefix,
            command_timeout_s=settings.command_timeout_s,
        )
        self._announcements = StripeAnnouncements(
            database=resources.database, gateway=resources.payments, livemode=settings.stripe_livemode
        )
        self._debts = Debts(database=resources.database, charges=Charges(gateway=resources.payments))
        self._requests = BookingRequests(database=resources.database, gateway=resources.payments)
        self._plans = PlanRequests(database=resources.database, gateway=resources.payments)
        self._housekeeping = Housekeeping(resources=resources)
        self._crossings = Crossings(database=resources.database)
        self._areas = AreaActions(
            database=resources.database, running=self._running, grants=Grants(vault=resources.vault)
        )
        self._reconciliation = reconciliation(resources, self._running)
        self._passes = (
            self.pass_on_crossings,
            self.send_left_over,
            self.work_off_announcements,
            self.clear_unstarted,
            self.tell_areas,
            self.clear_unstarted_plans,
            self.reconcile,
            self.clean_up,
        )
        self._clean_again_at = self._reconcile_again_at = 0.0
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        await self._task

    async def _run(self) -> None:
        while not self._stop.is_set():
            for one_pass in self._passes:
                try:
                    await one_pass()
                except Exception as error:  # noqa: BLE001 the next pass must come, whatever this one met
                    logger.warning("relay pass %s failed: %s", one_pass.__name__, type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), PAUSE_S)

    async def pass_on_crossings(self) -> None:
        """The dog has left or entered an area of the owner's."""
        await self._crossings.pass_on(self._running, at=self._resources.clock.now(), limit=PASS_LIMIT)

    async def send_left_over(self) -> None:
        """Messages whose delivery was never started, or gave up while a provider was away."""
        await self._resources.notifications.deliver_pending(older_than_s=LEFT_OVER_AFTER_S, limit=PASS_LIMIT)

    async def work_off_announcements(self) -> None:
        at = self._resources.clock.now()
        await self._announcements.work_off(self._running, self._debts, at=at, limit=PASS_LIMIT)

    async def clear_unstarted(self) -> None:
        """A workflow that runs is shown; a booking without one is forgotten, for nobody came back for it."""
        at = self._resources.clock.now()
        for booking_id in await self._requests.unstarted(at=at):
            if await self._running.exists(booking_id):
                await self._requests.reveal(booking_id, at=at)
            else:
                await self._requests.forget(booking_id)

    async def tell_areas(self) -> None:
        """Area actions whose execution was broken off."""
        await self._areas.go_on()

    async def clear_unstarted_plans(self) -> None:
        at = self._resources.clock.now()
        for plan_id in await self._plans.unstarted(at=at):
            if await self._plans_running.exists(plan_id):
                await self._plans.reveal(plan_id, at=at)
            else:
                await self._plans.forget(plan_id)

    async def reconcile(self) -> None:
        """Bookings somebody terminated by hand."""
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._reconcile_again_at:
            self._reconcile_again_at = now_s + RECONCILE_EVERY_S
            await self._reconciliation.run(at=self._resources.clock.now())

    async def clean_up(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._clean_again_at:
            self._clean_again_at = now_s + CLEAN_EVERY_S
            await self._housekeeping.run()
