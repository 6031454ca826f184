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
    from dogwalk.contracts.booking import (
        Charge,
        CollectRequest,
        CorrectRequest,
        Deed,
        EndRequest,
        SettleRequest,
        WalkSummary,
    )
    from dogwalk.contracts.refund import RefundRequest
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import Outcome, PaymentStatus, Status
    from dogwalk.domain.money import percent_of

    from workflows import calls
    from workflows.refusals import refusal
    from workflows.steps.verdict import Verdict


TRY_AGAIN_AFTER = timedelta(hours=1)
COLLECTED = frozenset({PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})


class Ending:
    def __init__(self, record: Record) -> None:
        self._record = record
        self.verdict = Verdict(record)
        self._charge = settlement.NOTHING
        self._wanted_again = False
        self._charges = 1
        self._is_paid_back = False
        self._credit_paid = 0

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
                if not self._owes_refund:
                    return
                await self._until_done(self._pay_what_is_due)
            else:
                await self._until_done(self._judge_again)

    def _next_wait(self) -> tuple[datetime, str] | None:
        """Nothing to wait for when nobody is paid and nothing can change."""
        counts_until = self.verdict.counts_until
        if self._owes_refund and counts_until is not None:
            return counts_until, "The last word on the walk"
        return (self._payout_due_at(), "Walker's pay is due") if self._charge.walker_share else None

    @property
    def _owes_refund(self) -> bool:
        return self._is_collected and bool(self._charge.refunded) and not self._is_paid_back

    @property
    def _is_collected(self) -> bool:
        return self._record.state.payment_status in COLLECTED

    async def _pay_what_is_due(self) -> None:
        """Unless a person was faster."""
        async with self._record.lock:
            if self._owes_refund:
                await self._correct(self._charge, is_final=True)

    async def _judge_again(self) -> None:
        """One at a time with what support decides, which both move the same money."""
        async with self._record.lock:
            await self._judge_locked()

    async def _judge_locked(self) -> None:
        """What was paid back stays paid back: a person has the verdict before her."""
        costs = await self.verdict.judge_again()
        if costs is None or not self._is_collected or self._is_paid_back:
            return
        after = settlement.with_late_credit(costs, self._credit_paid)
        is_final = self.verdict.is_final
        if after != self._charge or (self._owes_refund and is_final):
            await self._correct(after, is_final=is_final)

    async def decide(self, summary: WalkSummary) -> None:
        """A person's verdict, which is the last one."""
        self._refuse_unless_collected()
        if self._is_paid_back:
            raise refusal("paid_back", "The owner has her money back; refund what is missing")
        after = settlement.with_late_credit(self.verdict.charge(summary), self._credit_paid)
        await self._correct(after, is_final=True)
        self.verdict.decide()

    async def refund(self, request: RefundRequest) -> None:
        """What the verdict gives back goes out before it; from then on no verdict moves money."""
        self._refuse_unless_collected()
        if self._owes_refund:
            await self._correct(self._charge, is_final=True)
        result = await calls.refund(request)
        self._is_paid_back = True
        self._record.apply(request.change, payment_status=result.payment_status)

    def _refuse_unless_collected(self) -> None:
        if not self._is_collected:
            raise refusal("nothing_captured", "Nothing was taken for this booking yet")

    async def _correct(self, after: settlement.Settlement, *, is_final: bool) -> None:
        """Only the difference moves."""
        change = self._record.change()
        result = await calls.correct(
            CorrectRequest(
                change=change,
                number=self._charges + 1,
                before=_charge(self._charge),
                after=_charge(after),
                credit_paid=self._credit_paid,
                bonus_before=self._bonus(self._charge),
                bonus_after=self._bonus(after),
                walker_id=self._record.state.walker_id,
                assignment_no=self._record.state.assignment_no,
                payout_due_at=self._payout_due_at(),
                is_final=is_final,
            )
        )
        self._charges += 1
        self._charge, self._is_paid_back = after, is_final and bool(after.refunded)
        self._record.apply(change, payment_status=result.payment_status)

    async def _collect(self) -> None:
        change, is_final = self._record.change(), self.verdict.is_final
        result = await calls.collect(
            CollectRequest(
                change=change,
                charge=_charge(self._charge),
                walker_id=self._record.state.walker_id,
                assignment_no=self._record.state.assignment_no,
                bonus=self._bonus(self._charge),
                payout_due_at=self._payout_due_at(),
                refund_later=not is_final,
            )
        )
        self._is_paid_back = is_final and bool(self._charge.refunded)
        self._credit_paid = self._charge.late_credit
        self._record.apply(change, payment_status=result.payment_status)

    def try_again(self) -> None:
        """What Stripe refused is tried now, not when its hour is over."""
        self._wanted_again = True

    async def _close(self) -> None:
        """Not before late positions that nobody has judged are."""
        if self._charge.walker_share:
            await self._record.released()
        while not await self._settled():
            await self._judge_again()

    async def _settled(self) -> bool:
        change = self._record.change()
        result = await calls.settle(
            SettleRequest(
                change=change,
                assignment_no=self._record.state.assignment_no,
                evidence_by=self.verdict.counts_until,
            )
        )
        if result.verdict_changed:
            return False
        summary = result.summary or self._record.state.summary
        self._record.apply(change, summary=summary, status=Status.CLOSED, closed_at=change.at, needs_attention=None)
        self._record.needs_no_more_help()
        return True

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

    def _bonus(self, charge: settlement.Settlement) -> int:
        """Of what the walker gets in the end, not of what she might have got."""
        if not self._record.state.bonus:
            return 0
        return percent_of(charge.walker_share, self._record.policy.pricing.rescue_bonus_percent)

    def _payout_due_at(self) -> datetime:
        ended_at = self._record.state.ended_at or workflow.now()
        return ended_at + timedelta(seconds=self._record.policy.settlement.transfer_after_s)


def _charge(split: settlement.Settlement) -> Charge:
    return Charge(
        captured=split.captured,
        refunded=split.refunded,
        walker_share=split.walker_share,
        platform_fee=split.platform_fee,
        late_credit=split.late_credit,
    )
