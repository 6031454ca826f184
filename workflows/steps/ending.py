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
    from dogwalk.contracts.booking import Deed, EndRequest, SettleRequest
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import Outcome, Status

    from workflows import calls
    from workflows.refusals import refused_with
    from workflows.steps.charging import Charging
    from workflows.steps.verdict import Verdict


PAY_HELD = "payout_held"
FOR_A_DECISION = timedelta(days=1)  # a claim says when it is decided; this is the net under that word
TRY_AGAIN_AFTER = timedelta(hours=1)


class Ending:
    def __init__(self, record: Record) -> None:
        self._record = record
        self.verdict = Verdict(record)
        self.charging = Charging(record, self.verdict)
        self._wanted_again = False

    def owes(self, split: settlement.Settlement) -> None:
        """What the end of the service costs; nothing until somebody says so."""
        self.charging.charge = split

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
        refund = self._record.terms.total - self.charging.charge.captured
        await calls.end(
            EndRequest(
                change=change,
                outcome=outcome,
                reason=reason,
                fee=self.charging.charge.captured,
                refund=refund,
                compensation=self.charging.charge.walker_share,
            )
        )
        over = {"status": status, "outcome": outcome, "ended_at": change.at}
        self._record.apply(change, **over, payment_action=None, needs_attention=None)
        self._record.publish()

    async def settle(self) -> None:
        """The books balance at the end, or the booking stays open and calls for help."""
        if not self._record.is_free:
            await self._until_done(self.charging.collect)
        if self._record.state.outcome is Outcome.NO_SHOW:
            await self._until_no_proof_counts()
        await self._wait_for_the_last_word()
        await self._until_done(self._close)

    async def _until_no_proof_counts(self) -> None:
        """A phone that was offline at the door has as long as its taps count."""
        ended_at = self._record.state.ended_at or workflow.now()
        last = ended_at + timedelta(seconds=self._record.policy.walking.command_age_max_s)
        await workflow.sleep(self._record.until(last), summary="A late proof may still come")

    async def _wait_for_the_last_word(self) -> None:
        """Until the walker's pay is due, late positions may change whose the money is; what is due to the owner is paid
        when they cannot any more.
        """
        while (wait := self._next_wait()) is not None:
            until, what = wait
            try:
                await workflow.wait_condition(
                    lambda: self.verdict.has_news, timeout=self._record.until(until), timeout_summary=what
                )
            except TimeoutError:
                if self.charging.owes_refund:
                    await self._until_done(self.charging.pay_what_is_due)
                elif until >= self.charging.payout_due_at:
                    return
            else:
                await self._until_done(self.charging.judge_again)

    def _next_wait(self) -> tuple[datetime, str] | None:
        """Nothing to wait for when nobody is paid and nothing can change."""
        counts_until = self.verdict.counts_until
        if self.charging.owes_refund and counts_until is not None:
            return counts_until, "The last word on the walk"
        return (self.charging.payout_due_at, "Walker's pay is due") if self.charging.charge.walker_share else None

    def try_again(self) -> None:
        """What Stripe refused is tried now, not when its hour is over."""
        self._wanted_again = True

    async def _close(self) -> None:
        """Not before late positions that nobody has judged are."""
        while not await self._settled():
            await self.charging.judge_again()

    async def _settled(self) -> bool:
        """Not before support has looked at an incident, or let go of what it holds."""
        if self.charging.charge.walker_share or self._record.has_incident:
            await self._record.released()
        self._wanted_again = False
        change = self._record.change()
        result = await calls.settle(
            SettleRequest(
                change=change,
                assignment_no=self._record.state.assignment_no,
                evidence_by=self.verdict.counts_until,
                report_by=self._report_by,
            )
        )
        if result.report_missing:
            await self._wait_for_the_report()
            return await self._settled()
        if result.verdict_changed:
            return False
        summary = result.summary or self._record.state.summary
        self._record.apply(change, summary=summary, status=Status.CLOSED, closed_at=change.at, needs_attention=None)
        self._record.needs_no_more_help()
        return True

    @property
    def _report_by(self) -> datetime | None:
        """Where the market asks for a report card: until when the pay of a walk waits for it."""
        gates = self._record.policy.gates
        if not gates.report_required or self.verdict.counts_until is None or not self.charging.charge.walker_share:
            return None
        return self.charging.payout_due_at + timedelta(seconds=gates.report_waited_s)

    async def _wait_for_the_report(self) -> None:
        """Whoever writes it or tries the payment again has it looked for again; after its time she is paid without it."""
        until = self._report_by or workflow.now()
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._wanted_again, timeout=self._record.until(until), timeout_summary="The report card is late"
            )

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Money is never given up: what Stripe refuses for good waits for a person, and is tried again every hour. Nobody
        is called any more once it works.
        """
        reason = None
        while True:
            self._wanted_again = False
            try:
                await step()
            except ActivityError as error:
                reason = refused_with(error) or "payment_stuck"
                self._record.call_for_help(reason)
                await self._wait_for_another_try(reason)
            else:
                break
        if reason is not None:
            self._record.needs_no_more_help(reason)

    async def _wait_for_another_try(self, reason: str) -> None:
        """What was wanted while the step was still failing is wanted now."""
        after = FOR_A_DECISION if reason == PAY_HELD else TRY_AGAIN_AFTER
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._wanted_again, timeout=after, timeout_summary=f"Try again after {reason}"
            )
