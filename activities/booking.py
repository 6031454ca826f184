"""Activities of the booking queue: each calls one service and starts the delivery of what it left in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.booking import (
    AdvanceRequest,
    AdvanceResult,
    ClaimRequest,
    ClaimResult,
    DeclineRequest,
    DelayRequest,
    DelayResult,
    EndRequest,
    FinishRequest,
    NoAccessRequest,
    NoAccessResult,
    NoteRequest,
    OpenWaveRequest,
    OpenWaveResult,
    SignsRequest,
    SignsResult,
    SilenceRequest,
    SilenceResult,
    WalkSummary,
    WithdrawRequest,
)

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from dogwalk.services.booking.assignment import Assignments
    from dogwalk.services.booking.delay import Delays
    from dogwalk.services.booking.ending import Endings
    from dogwalk.services.booking.matching import Matching
    from dogwalk.services.booking.no_access import NoAccesses
    from dogwalk.services.booking.signs import Signs
    from dogwalk.services.booking.silence import Silences
    from dogwalk.services.booking.walk import Walks
    from dogwalk.services.booking.withdrawal import Withdrawals


class BookingActivities:
    """Database work only; every method may be repeated with the same request."""

    def __init__(
        self,
        *,
        matching: Matching,
        assignments: Assignments,
        withdrawals: Withdrawals,
        walks: Walks,
        signs: Signs,
        no_accesses: NoAccesses,
        silences: Silences,
        endings: Endings,
        delays: Delays,
        delivery: DeliveryStarter,
    ) -> None:
        self._matching = matching
        self._assignments = assignments
        self._withdrawals = withdrawals
        self._walks = walks
        self._signs = signs
        self._no_accesses = no_accesses
        self._silences = silences
        self._endings = endings
        self._delays = delays
        self._delivery = delivery

    @activity.defn(name="matching.open_wave")
    async def open_wave(self, request: OpenWaveRequest) -> OpenWaveResult:
        with as_application_error():
            result = await self._matching.open_wave(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="matching.decline")
    async def decline(self, request: DeclineRequest) -> None:
        with as_application_error():
            await self._matching.decline(request)

    @activity.defn(name="assignment.claim")
    async def claim(self, request: ClaimRequest) -> ClaimResult:
        with as_application_error():
            result = await self._assignments.claim(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="assignment.withdraw")
    async def withdraw(self, request: WithdrawRequest) -> None:
        with as_application_error():
            await self._withdrawals.withdraw(request)
        await self._delivery.start(request.change)

    @activity.defn(name="walk.advance")
    async def advance(self, request: AdvanceRequest) -> AdvanceResult | None:
        with as_application_error():
            result = await self._walks.advance(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="walk.finish")
    async def finish(self, request: FinishRequest) -> WalkSummary:
        with as_application_error():
            result = await self._walks.finish(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="walk.rejudge")
    async def rejudge(self, request: FinishRequest) -> WalkSummary:
        with as_application_error():
            result = await self._walks.rejudge(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="walk.no_access")
    async def no_access(self, request: NoAccessRequest) -> NoAccessResult:
        with as_application_error():
            result = await self._no_accesses.declare(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="walk.find_signs")
    async def find_signs(self, request: SignsRequest) -> SignsResult:
        with as_application_error():
            return await self._signs.find(request)

    @activity.defn(name="walk.silence")
    async def silence(self, request: SilenceRequest) -> SilenceResult:
        with as_application_error():
            result = await self._silences.tell(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="booking.end")
    async def end(self, request: EndRequest) -> None:
        with as_application_error():
            await self._endings.end(request)
        await self._delivery.start(request.change)

    @activity.defn(name="booking.delay")
    async def delay(self, request: DelayRequest) -> DelayResult:
        with as_application_error():
            result = await self._delays.delay(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="booking.note")
    async def note(self, request: NoteRequest) -> None:
        with as_application_error():
            await self._endings.note(request)
        await self._delivery.start(request.change)
