"""How a booking ends without a walk, and the money afterwards: capture or release, pay-out, the balanced books."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Charge, CollectRequest, Deed, EndRequest, SettleRequest
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import Outcome, Status
    from dogwalk.domain.money import percent_of

    from workflows import calls


TRY_AGAIN_AFTER = timedelta(hours=1)


class Ending:
    def __init__(self, record: Record) -> None:
        self._record = record
        self._charge = settlement.NOTHING
        self._wanted_again = False

    def owes(self, split: settlement.Settlement) -> None:
        """What the end of the service costs; nothing until somebody says so."""
        self._charge = split

    async def end(
        self,
        outcome: Outcome,
        status: Status,
        *,
        actor: str = "system",
        reason: str = "",
        unless: Callable[[], bool] = bool,
    ) -> None:
        """Takes the lock and looks again: what happened meanwhile wins."""
        async with self._record.progress():
            if not (self._record.over or unless()):
                await self.end_locked(outcome, status, actor=actor, reason=reason)

    async def end_locked(
        self, outcome: Outcome, status: Status, *, actor: str, reason: str = "", deed: Deed | None = None
    ) -> None:
        change = self._record.change(actor, deed=deed)
        refund = self._record.terms.total - self._charge.captured
        await calls.end(
            EndRequest(
                change=change,
                outcome=outcome,
                reason=reason,
                fee=self._charge.captured,
                refund=refund,
                compensation=self._charge.walker_share,
            )
        )
        self._record.apply(change, status=status, outcome=outcome, ended_at=change.at, payment_action=None)
        self._record.publish()

    async def settle(self) -> None:
        """The books balance at the end, or the booking stays open and calls for help."""
        await self._until_done(self._collect)
        if self._record.state.outcome is Outcome.NO_SHOW:
            await self._until_no_proof_counts()
        if self._charge.walker_share:
            await workflow.sleep(self._record.until(self._payout_due_at()), summary="Walker's pay is due")
        await self._until_done(self._close)

    async def _until_no_proof_counts(self) -> None:
        """A phone that was offline at the door has as long as its taps count."""
        ended_at = self._record.state.ended_at or workflow.now()
        last = ended_at + timedelta(seconds=self._record.policy.walking.command_age_max_s)
        await workflow.sleep(self._record.until(last), summary="A late proof may still come")

    async def _collect(self) -> None:
        change = self._record.change()
        result = await calls.collect(
            CollectRequest(
                change=change,
                charge=Charge(
                    captured=self._charge.captured,
                    refunded=self._charge.refunded,
                    walker_share=self._charge.walker_share,
                    platform_fee=self._charge.platform_fee,
                    late_credit=self._charge.late_credit,
                ),
                walker_id=self._record.state.walker_id,
                assignment_no=self._record.state.assignment_no,
                bonus=self._bonus(),
                payout_due_at=self._payout_due_at(),
            )
        )
        self._record.apply(change, payment_status=result.payment_status)

    def try_again(self) -> None:
        """What Stripe refused is tried now, not when its hour is over."""
        self._wanted_again = True

    async def _close(self) -> None:
        if self._charge.walker_share:
            await self._record.released()
        change = self._record.change()
        await calls.settle(SettleRequest(change=change, assignment_no=self._record.state.assignment_no))
        self._record.apply(change, status=Status.CLOSED, closed_at=change.at, needs_attention=None)
        self._record.needs_no_more_help()

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Money is never given up: what Stripe refuses for good waits for a person, and is tried again every hour."""
        while True:
            try:
                return await step()
            except ActivityError as error:
                reason = getattr(error.cause, "type", None) or "payment_stuck"
                self._record.call_for_help(reason)
                await self._wait_for_another_try(reason)

    async def _wait_for_another_try(self, reason: str) -> None:
        self._wanted_again = False
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._wanted_again, timeout=TRY_AGAIN_AFTER, timeout_summary=f"Try again after {reason}"
            )

    def _bonus(self) -> int:
        """Of what the walker gets in the end, not of what she might have got."""
        if not self._record.state.bonus:
            return 0
        return percent_of(self._charge.walker_share, self._record.policy.pricing.rescue_bonus_percent)

    def _payout_due_at(self) -> datetime:
        ended_at = self._record.state.ended_at or workflow.now()
        return ended_at + timedelta(seconds=self._record.policy.settlement.transfer_after_s)
