"""What a booking knows of itself: the request it was made with, the state it is in, the lock its commands take."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Acknowledged, BookingRequest, BookingState, Change, Deed
    from dogwalk.domain.lateness import credit_so_far, late_minutes
    from dogwalk.domain.settlement import Terms

    from workflows.status_card import status_card

STATUS = SearchAttributeKey.for_keyword("BookingStatus")
OUTCOME = SearchAttributeKey.for_keyword("BookingOutcome")
WALKER = SearchAttributeKey.for_keyword("WalkerId")
STARTS_AT = SearchAttributeKey.for_datetime("StartsAt")
NEEDS_ATTENTION = SearchAttributeKey.for_keyword("NeedsAttention")

INCIDENT = "incident"  # what a reported one calls for help with


class Record:
    """Only `apply` changes the state; only what holds `lock` may call it."""

    def __init__(self, request: BookingRequest) -> None:
        self.request = request
        self.policy = request.policy
        self.state = BookingState(payment_method_id=request.payment_method_id or None)
        self.lock = asyncio.Lock()
        self._versions = 0
        self._trouble: str | None = None
        self._show()

    @property
    def over(self) -> bool:
        """The service has ended, well or not; what remains is money."""
        return self.state.outcome is not None

    @property
    def is_free(self) -> bool:
        """A meeting: nothing is held, taken or paid, and nobody else can come."""
        return self.request.price.total == 0

    @property
    def is_on_hold(self) -> bool:
        """Support looks at it: what nobody asks for must wait."""
        return self.state.on_hold_at is not None

    @property
    def has_incident(self) -> bool:
        """No pay, and no word that all went well, before support has looked."""
        return self.state.incident_at is not None

    async def released(self) -> None:
        """Neither hold nor incident keeps the pay back."""
        if self.is_on_hold or self.has_incident:
            await workflow.wait_condition(lambda: not (self.is_on_hold or self.has_incident))

    @asynccontextmanager
    async def progress(self, *, decides: bool = True) -> AsyncIterator[None]:
        """The lock, for a step nobody asked for: not before the booking is released, unless the service is over. What
        `decides` nothing, and only tells people or asks them, waits for no incident.
        """
        while True:
            await self._may_go_on(decides=decides)
            async with self.lock:
                if not self._is_stopped(decides=decides):
                    yield
                    return

    async def _may_go_on(self, *, decides: bool) -> None:
        if self._is_stopped(decides=decides):
            await workflow.wait_condition(lambda: not self._is_stopped(decides=decides))

    def _is_stopped(self, *, decides: bool) -> bool:
        return not self.over and (self.is_on_hold or (decides and self.has_incident))

    @property
    def terms(self) -> Terms:
        price = self.request.price
        return Terms(lines_total=price.lines_total, service_fee=price.service_fee, walker_share=price.walker_share)

    def late_by(self, arrived_at: datetime | None) -> int | None:
        """In minutes; None for who is in time, or not there yet."""
        if arrived_at is None:
            return None
        return late_minutes(starts_at=self.request.starts_at, arrived_at=arrived_at) or None

    def late_credit(self, at: datetime) -> int:
        """For how late she came, or for a walk that ends at `at` without her."""
        return credit_so_far(
            lines_total=self.terms.lines_total,
            starts_at=self.request.starts_at,
            arrived_at=self.state.arrived_at,
            at=at,
            policy=self.policy.lateness,
        )

    def change(self, actor: str = "system", *, deed: Deed | None = None) -> Change:
        """The next version. A number is used up by the attempt: one that failed unheard may have been written."""
        self._versions += 1
        return Change(
            booking_id=self.request.booking_id, version=self._versions, at=workflow.now(), actor=actor, deed=deed
        )

    def apply(self, change: Change, **fields: Any) -> None:
        """One that was not under the lock may be overtaken."""
        version = max(change.version, self.state.version)
        self.state = self.state.model_copy(update={"version": version, **fields})
        self._show()

    def begin_at(self, starts_at: datetime | None, ends_at: datetime | None) -> None:
        """Other times for the walk, if there are any; what is judged by its times is judged by these."""
        if starts_at is not None and ends_at is not None:
            self.request = self.request.model_copy(update={"starts_at": starts_at, "ends_at": ends_at})

    def acknowledge(self) -> Acknowledged:
        return Acknowledged(state=self.state)

    def until(self, moment: datetime) -> timedelta:
        """From now to `moment`; zero when it is past, for a timer must not be negative."""
        return max(moment - workflow.now(), timedelta(0))

    def publish(self) -> None:
        """Tell the people who search: status, outcome, walker. Twice in a good booking's life, for each costs an action."""
        updates: list[SearchAttributeUpdate[Any]] = [STATUS.value_set(self.state.status.value)]
        if self.state.outcome is not None:
            updates += [OUTCOME.value_set(self.state.outcome.value), *self._what_still_waits()]
        elif self.state.walker_id is not None:
            updates += [WALKER.value_set(str(self.state.walker_id)), *self._start_if_moved()]
        workflow.upsert_search_attributes(updates)

    def _what_still_waits(self) -> list[SearchAttributeUpdate[str]]:
        """What called for help is over, but for an incident."""
        waits = INCIDENT if self.has_incident else None
        if self._trouble == waits:
            return []
        self._trouble = waits
        self._show()
        return [NEEDS_ATTENTION.value_set(waits) if waits else NEEDS_ATTENTION.value_unset()]

    def _start_if_moved(self) -> list[SearchAttributeUpdate[datetime]]:
        """Of a walk as soon as possible alone: for any other it stands since the request."""
        return [STARTS_AT.value_set(self.request.starts_at)] if self.request.asap else []

    def publish_start(self) -> None:
        workflow.upsert_search_attributes([STARTS_AT.value_set(self.request.starts_at)])

    def call_for_help(self, reason: str) -> None:
        self._trouble = reason
        self._show()
        workflow.upsert_search_attributes([NEEDS_ATTENTION.value_set(reason)])

    def needs_no_more_help(self, reason: str | None = None) -> None:
        """What called for help, or that `reason` for it, is over; a search finds only what still waits for somebody."""
        if reason in {None, self._trouble} and (updates := self._what_still_waits()):
            workflow.upsert_search_attributes(updates)

    def _show(self) -> None:
        workflow.set_current_details(status_card(self.request, self.state, trouble=self._trouble))
