"""The commands of support, as updates; what needs no grant also as signals, for machines and for when no worker is up.

A signal's sender waits for no answer, so a refused one is passed over. Its handler runs again in every replay, where no
grant is checked: its own, if any, is worth nothing. `delay` alone moves people, and keeps its grant: the activity that
moves them looks at it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

if TYPE_CHECKING:
    from workflows.steps.record import Record
    from workflows.steps.support import Support

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Acknowledged
    from dogwalk.contracts.support import (
        AreaNotice,
        Complete,
        DecideVerdict,
        Delay,
        Grant,
        Reassign,
        RefundByHand,
        SupportCancel,
        SupportCommand,
    )

    from workflows.refusals import refused_with

Command = TypeVar("Command", bound=SupportCommand)


class SupportDoors:
    """A part of the `Booking` workflow."""

    _record: Record
    _support: Support

    @workflow.update
    async def hold(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.hold, command)

    @hold.validator
    def _may_hold(self, command: SupportCommand) -> None:
        self._support.check("hold", command, needs_grant=False)

    @workflow.signal(name="hold")
    async def hold_by_signal(self, command: SupportCommand) -> None:
        await self._unless_refused(self._support.hold, command)

    @workflow.update
    async def release(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.release, command)

    @release.validator
    def _may_release(self, command: SupportCommand) -> None:
        self._support.check("release", command, needs_grant=False)

    @workflow.signal(name="release")
    async def release_by_signal(self, command: SupportCommand) -> None:
        await self._unless_refused(self._support.release, command)

    @workflow.update
    async def note(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.note, command)

    @note.validator
    def _may_note(self, command: SupportCommand) -> None:
        self._support.check("note", command, needs_grant=False)

    @workflow.signal(name="note")
    async def note_by_signal(self, command: SupportCommand) -> None:
        await self._unless_refused(self._support.note, command)

    @workflow.update
    async def cancel_free(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.cancel_free, command)

    @cancel_free.validator
    def _may_cancel_free(self, command: SupportCommand) -> None:
        self._support.check("cancel_free", command, needs_grant=False)

    @workflow.signal(name="cancel_free")
    async def cancel_free_by_signal(self, command: SupportCommand) -> None:
        await self._unless_refused(self._support.cancel_free, command)

    @workflow.signal
    async def area_notice(self, notice: AreaNotice) -> None:
        await self._unless_refused(self._support.warn, notice)

    @workflow.signal
    async def delay(self, delay: Delay) -> None:
        await self._unless_refused(self._support.delay, delay, grant=delay.grant)

    @workflow.update
    async def support_cancel(self, command: SupportCancel) -> Acknowledged:
        return await self._by_support(self._support.cancel, command)

    @support_cancel.validator
    def _may_cancel(self, command: SupportCancel) -> None:
        self._support.check("support_cancel", command, needs_grant=True)

    @workflow.update
    async def reassign(self, command: Reassign) -> Acknowledged:
        return await self._by_support(self._support.reassign, command)

    @reassign.validator
    def _may_reassign(self, command: Reassign) -> None:
        self._support.check("reassign", command, needs_grant=True)

    @workflow.update
    async def complete(self, command: Complete) -> Acknowledged:
        return await self._by_support(self._support.complete, command)

    @complete.validator
    def _may_complete(self, command: Complete) -> None:
        self._support.check("complete", command, needs_grant=True)

    @workflow.update
    async def refund(self, command: RefundByHand) -> Acknowledged:
        return await self._by_support(self._support.refund, command)

    @refund.validator
    def _may_refund(self, command: RefundByHand) -> None:
        self._support.check("refund", command, needs_grant=True)

    @workflow.update
    async def verdict(self, command: DecideVerdict) -> Acknowledged:
        return await self._by_support(self._support.verdict, command)

    @verdict.validator
    def _may_decide_verdict(self, command: DecideVerdict) -> None:
        self._support.check("verdict", command, needs_grant=True)

    @workflow.update
    async def release_incident(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.release_incident, command)

    @release_incident.validator
    def _may_release_incident(self, command: SupportCommand) -> None:
        self._support.check("release_incident", command, needs_grant=True)

    @workflow.update
    async def retry_payment(self, command: SupportCommand) -> Acknowledged:
        return await self._by_support(self._support.retry_payment, command)

    @retry_payment.validator
    def _may_retry_payment(self, command: SupportCommand) -> None:
        self._support.check("retry_payment", command, needs_grant=True)

    async def _by_support(self, deed: Callable[[Command], Awaitable[None]], command: Command) -> Acknowledged:
        async with self._record.lock:
            self._support.use_up(command)
            await deed(command)
            return self._record.acknowledge()

    async def _unless_refused(
        self, deed: Callable[[Command], Awaitable[None]], command: Command, *, grant: Grant | None = None
    ) -> None:
        """`grant`: one that the deed has checked itself; no validator saw any other."""
        async with self._record.lock:
            try:
                await deed(command.model_copy(update={"grant": grant}))
            except ApplicationError as error:
                workflow.logger.info("a signal of support was passed over: %s", error.type)
            except ActivityError as error:  # raised from here it would end the booking
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("a signal of support could not be written down: %s", refused_with(error))
