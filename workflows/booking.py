"""The life of one booking, from the request to the walker's pay (booking-life.md). `_story` is its table of contents.

Commands are updates: each takes the lock, looks at the state again, and answers with the booking as it then stands.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import (
        WORKFLOW,
        AcceptOffer,
        Acknowledged,
        AnswerReschedule,
        AskReschedule,
        BookingRequest,
        BookingState,
        CancelBooking,
        CommandByOwner,
        CommandOfWalker,
        DeclineOffer,
        FenceCrossed,
        OfferWithdrawn,
        ReportIncident,
        RungReached,
        UseCard,
        Withdraw,
    )
    from dogwalk.domain.booking import WalkCommand
    from dogwalk.domain.ladder import DECIDING

    from workflows import chapters
    from workflows.commands import our_command
    from workflows.steps.cancellation import Cancellation
    from workflows.steps.ending import Ending
    from workflows.steps.fences import Fences
    from workflows.steps.hold import Hold
    from workflows.steps.incident import Incident
    from workflows.steps.keeping import Keeping
    from workflows.steps.ladder import Ladder
    from workflows.steps.matching import Matching
    from workflows.steps.no_access import NoAccess
    from workflows.steps.no_show import NoShow
    from workflows.steps.record import Record
    from workflows.steps.reschedule import Reschedule
    from workflows.steps.stand_by import StandBy
    from workflows.steps.support import Support
    from workflows.steps.walk import Walk
    from workflows.support_doors import SupportDoors
    from workflows.uninterrupted import uninterrupted


@workflow.defn(name=WORKFLOW)
class Booking(SupportDoors):
    """The only writer of its booking."""

    @workflow.init
    def __init__(self, request: BookingRequest) -> None:
        self._record = Record(request)
        self._ending = Ending(self._record)
        self._hold = Hold(self._record, self._ending)
        self._incident = Incident(self._record, self._hold)
        self._matching = Matching(self._record, self._ending)
        self._walk = Walk(self._record, self._ending)
        self._no_access = NoAccess(self._record, self._ending)
        self._cancellation = Cancellation(self._record, self._ending)
        self._stand_by = StandBy(self._record, self._matching)
        self._no_show = NoShow(self._record, self._ending)
        self._ladder = Ladder(self._record, stand_by=self._stand_by, no_show=self._no_show, walk=self._walk)
        self._support = Support(
            self._record,
            ending=self._ending,
            hold=self._hold,
            matching=self._matching,
            walk=self._walk,
            cancellation=self._cancellation,
            incident=self._incident,
        )
        self._reschedule = Reschedule(self._record, self._hold)
        self._keeping = Keeping(self._record, self._hold, self._cancellation)
        self._fences = Fences(self._record)

    @workflow.run
    async def run(self, _request: BookingRequest) -> BookingState:
        await uninterrupted(self._story(), cancelled=self._cancellation.by_raw_cancel)
        return self._record.state

    async def _story(self) -> None:
        await self._hold.place()
        keeping = asyncio.create_task(self._keeping.keep())
        while not self._record.over:
            await self._keeping.end_if_in_vain()
            with chapters.finding_walker(self._record.state.assignment_no + 1):
                await self._matching.find_walker()
            await self._walk.take_place()
        await keeping
        with chapters.settling():
            await self._incident.lets_capture()
            await self._ending.settle()
        await workflow.wait_condition(self._is_all_said)

    def _is_all_said(self) -> bool:
        """An incident told while the booking closed is still support's to release; a hold has nothing left to hold."""
        return workflow.all_handlers_finished() and not self._record.has_incident

    @workflow.query
    def state(self) -> BookingState:
        """The whole projection."""
        return self._record.state

    @workflow.update
    async def accept_offer(self, command: AcceptOffer) -> Acknowledged:
        await self._hear_of(command.walker_id)
        async with self._record.lock:
            await self._asker_of(command.walker_id).accept(command.walker_id)
            return self._record.acknowledge()

    @accept_offer.validator
    def _may_accept(self, command: AcceptOffer) -> None:
        if not self._stand_by.may_still_ask:
            self._asker_of(command.walker_id).refuse_if_closed(command.walker_id)

    @our_command
    async def decline_offer(self, command: DeclineOffer) -> Acknowledged:
        await self._hear_of(command.walker_id)
        async with self._record.lock:
            await self._asker_of(command.walker_id).decline(command.walker_id, command.reason)
            return self._record.acknowledge()

    @our_command
    async def withdraw(self, command: Withdraw) -> Acknowledged:
        judged_at = workflow.now()
        async with self._record.lock:
            await self._matching.withdraw(command, judged_at)
            return self._record.acknowledge()

    @our_command
    async def on_the_way(self, command: CommandOfWalker) -> Acknowledged:
        return await self._advance(WalkCommand.ON_THE_WAY, command)

    @our_command
    async def arrive(self, command: CommandOfWalker) -> Acknowledged:
        return await self._advance(WalkCommand.ARRIVE, command)

    @our_command
    async def start(self, command: CommandOfWalker) -> Acknowledged:
        return await self._advance(WalkCommand.START, command)

    @our_command
    async def finish(self, command: CommandOfWalker) -> Acknowledged:
        return await self._hear_walker(command, lambda: self._walk.finish(command))

    @our_command
    async def no_access(self, command: CommandOfWalker) -> Acknowledged:
        return await self._hear_walker(command, lambda: self._no_access.declare(command))

    @our_command
    async def end_early(self, _command: CommandByOwner) -> Acknowledged:
        async with self._record.lock:
            await self._walk.end_early()
            return self._record.acknowledge()

    @our_command
    async def report_incident(self, command: ReportIncident) -> Acknowledged:
        async with self._record.lock:
            await self._incident.report(command)
            return self._record.acknowledge()

    @our_command
    async def cancel(self, command: CancelBooking) -> Acknowledged:
        judged_at = workflow.now()  # before any lock: the wait must not change the terms
        async with self._record.lock:
            await self._cancellation.by_owner(command, judged_at)
            return self._record.acknowledge()

    @our_command
    async def ask_reschedule(self, command: AskReschedule) -> Acknowledged:
        async with self._record.lock:
            await self._reschedule.ask(command)
            return self._record.acknowledge()

    @our_command
    async def accept_reschedule(self, command: AnswerReschedule) -> Acknowledged:
        async with self._record.lock:
            await self._reschedule.accept(command)
            return self._record.acknowledge()

    @our_command
    async def decline_reschedule(self, command: AnswerReschedule) -> Acknowledged:
        async with self._record.lock:
            await self._reschedule.decline(command)
            return self._record.acknowledge()

    @our_command
    async def use_card(self, command: UseCard) -> Acknowledged:
        async with self._record.lock:
            await self._hold.use_card(command.payment_method_id)
            return self._record.acknowledge()

    @our_command
    async def confirm_payment(self, _command: CommandByOwner) -> Acknowledged:
        async with self._record.lock:
            await self._hold.confirm()
            return self._record.acknowledge()

    @workflow.signal
    def pay_freed(self) -> None:
        """A claim that held the walker's pay is decided."""
        self._ending.try_again()

    @workflow.signal
    def report_written(self) -> None:
        """The report card that the walker's pay may wait for is there."""
        self._ending.try_again()

    @workflow.signal
    async def payment_changed(self) -> None:
        """Stripe announced something of this booking's hold: asked, not believed."""
        async with self._record.lock:
            await self._hold.look_again()

    @workflow.signal
    async def evidence_ready(self) -> None:
        """Positions came after the finish that may change the verdict: judged by the story, one thing at a time."""
        self._ending.verdict.hear()

    @workflow.signal
    async def rung_reached(self, reached: RungReached) -> None:
        """The fleet's sweep says what this booking is behind with: compared with its own state and clock, once
        nobody holds it.
        """
        async with self._record.progress(decides=reached.rung in DECIDING):
            await self._ladder.reach(reached)

    @workflow.signal
    async def fence_crossed(self, crossed: FenceCrossed) -> None:
        """The ingest says that the dog has left or entered an area of the owner's."""
        async with self._record.lock:
            await self._fences.hear(crossed)

    @workflow.signal
    async def offer_withdrawn(self, withdrawn: OfferWithdrawn) -> None:
        """Owner and walker want nothing of each other any more: the last one of a wave brings the next at once."""
        async with self._record.lock:
            self._matching.withdraw_offer(withdrawn.walker_id)

    async def _advance(self, step: WalkCommand, command: CommandOfWalker) -> Acknowledged:
        return await self._hear_walker(command, lambda: self._walk.advance(step, command))

    async def _hear_walker(self, command: CommandOfWalker, take: Callable[[], Awaitable[None]]) -> Acknowledged:
        """After a no-show what she says is no step any more, but it may prove that she was there."""
        async with self._record.lock:
            self._walk.refuse_unless_hers(command)
            await (self._no_show.hear(command) if self._no_show.is_final else take())
            return self._record.acknowledge()

    async def _hear_of(self, walker_id: UUID) -> None:
        """Whoever has her offer already, and it is not known here yet, is waited for."""
        await self._matching.hear_of(walker_id)
        await self._stand_by.hear_of(walker_id)

    def _asker_of(self, walker_id: UUID) -> Matching | StandBy:
        """Whose offer she answers."""
        return self._stand_by if self._stand_by.has_asked(walker_id) else self._matching
