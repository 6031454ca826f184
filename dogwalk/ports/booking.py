"""The bookings' workflows, as services reach them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.contracts.base import Payload
    from dogwalk.contracts.booking import BookingRequest, BookingState, FenceCrossed, OfferWithdrawn, RungReached
    from dogwalk.contracts.support import AreaNotice, Delay, SupportCommand


class Fate(StrEnum):
    """Of a workflow. `LOST`: Temporal knows none by this name, or no longer."""

    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LastRun:
    """Of a workflow that may have been reset: `run_id` is its latest, and none of one that is lost."""

    fate: Fate
    run_id: str | None = None


class RunningBookings(Protocol):
    """The bookings' workflows, as those reach them who must not depend on a live worker. Unavailable without Temporal."""

    async def payment_changed(self, booking_id: UUID) -> None:
        """Tells a booking to ask how its hold stands; one that is over needs no word."""
        ...

    async def rung_reached(self, booking_id: UUID, reached: RungReached) -> None:
        """Tells a booking what it is behind with; one that is over needs no word."""
        ...

    async def pay_freed(self, booking_id: UUID) -> None: ...

    async def tip_changed(self, booking_id: UUID, number: int) -> None:
        """Stripe announced something of one of its tips. What is over needs no word."""
        ...

    async def fence_crossed(self, booking_id: UUID, crossed: FenceCrossed) -> None:
        """Tells a booking of an edge; one that is over needs no word."""
        ...

    async def offer_withdrawn(self, booking_id: UUID, withdrawn: OfferWithdrawn) -> None:
        """Tells a booking that a walker's answer is not waited for; one that is over needs no word."""
        ...

    async def cancel_free(self, booking_id: UUID, command: SupportCommand) -> None:
        """Support calls it off before the walk; one that has moved on passes it over. So do the next two."""
        ...

    async def area_notice(self, booking_id: UUID, notice: AreaNotice) -> None: ...
    async def delay(self, booking_id: UUID, delay: Delay) -> None: ...

    async def evidence_ready(self, booking_id: UUID) -> None:
        """Tells a booking that late positions may change its verdict; one that is over needs no word."""
        ...

    async def exists(self, booking_id: UUID) -> bool: ...

    async def last_run(self, booking_id: UUID) -> LastRun: ...

    async def ended_badly(self) -> list[UUID]:
        """Terminated, failed, timed out or canceled, the latest first, as far as Temporal lists them yet."""
        ...


class BookingDispatcher(Protocol):
    """The bookings' workflows, for a service that makes bookings or calls them off."""

    async def start(self, request: BookingRequest) -> None:
        """A repeat finds the workflow running, or over, and is content. Unavailable when it cannot be started now."""
        ...

    async def command(self, booking_id: UUID, name: str, payload: Payload, *, update_id: str) -> BookingState:
        """The booking after the command, done once under its `update_id`. Raises what the booking refused it with;
        NotFound `workflow_over`; Unavailable while nobody answers.
        """
        ...
