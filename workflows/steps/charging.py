"""What the service costs, as the books have it: collected once, then corrected by the difference alone."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workflows.steps.record import Record
    from workflows.steps.verdict import Verdict

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Charge, CollectRequest, CorrectRequest, WalkSummary
    from dogwalk.contracts.refund import RefundRequest
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import COLLECTED, PaymentStatus
    from dogwalk.domain.money import percent_of

    from workflows import calls
    from workflows.refusals import refusal, refused_with


class Charging:
    """`charge` is nothing until somebody says what the end costs."""

    def __init__(self, record: Record, verdict: Verdict) -> None:
        self._record = record
        self._verdict = verdict
        self.charge = settlement.NOTHING
        self._number = 1
        self._is_paid_back = False
        self._credit_paid = 0
        self._trouble: str | None = None

    async def collect(self) -> None:
        change, is_final = self._record.change(), self._verdict.is_final
        request = CollectRequest(
            change=change,
            charge=_charge(self.charge),
            walker_id=self._record.state.walker_id,
            assignment_no=self._record.state.assignment_no,
            bonus=self._bonus(self.charge),
            payout_due_at=self.payout_due_at,
            refund_later=not is_final,
            trouble=self._trouble,
        )
        with self._remembering_trouble():
            result = await calls.collect(request)
        self._credit_paid = self.charge.late_credit
        self._is_paid_back = is_final and self._is_due
        self._record.apply(change, payment_status=result.payment_status)

    async def _correct(self, after: settlement.Settlement, *, is_final: bool) -> None:
        """Only the difference moves."""
        change = self._record.change()
        request = CorrectRequest(
            change=change,
            number=self._number + 1,
            before=_charge(self.charge),
            after=_charge(after),
            credit_paid=self._credit_paid,
            bonus_before=self._bonus(self.charge),
            bonus_after=self._bonus(after),
            walker_id=self._record.state.walker_id,
            assignment_no=self._record.state.assignment_no,
            payout_due_at=self.payout_due_at,
            is_final=is_final,
            trouble=self._trouble,
        )
        with self._remembering_trouble():
            result = await calls.correct(request)
        self._number += 1
        self.charge = after
        self._is_paid_back = is_final and self._is_due
        self._record.apply(change, payment_status=result.payment_status)

    @contextmanager
    def _remembering_trouble(self) -> Iterator[None]:
        """What stands in the row since it was refused: a try that works, whoever asked for it, takes it away again."""
        try:
            yield
        except ActivityError as error:
            self._trouble = refused_with(error) or self._trouble
            raise
        self._trouble = None

    async def pay_what_is_due(self) -> None:
        """Unless a person was faster."""
        async with self._record.lock:
            if self.owes_refund:
                await self._correct(self.charge, is_final=True)

    async def judge_again(self) -> None:
        """One at a time with what support decides, which both move the same money."""
        async with self._record.lock:
            await self._judge_locked()

    async def _judge_locked(self) -> None:
        """What was paid back stays paid back: a person has the verdict before her."""
        costs = await self._verdict.judge_again()
        if costs is None or not self.is_collected or self._is_paid_back:
            return
        after = self._with_late_credit(costs)
        is_final = self._verdict.is_final
        if after != self.charge or (self.owes_refund and is_final):
            await self._correct(after, is_final=is_final)

    async def decide(self, summary: WalkSummary) -> None:
        """A person's verdict, which is the last one."""
        self._refuse_unless_collected()
        if self._is_paid_back:
            raise refusal("paid_back", "The owner has her money back; refund what is missing")
        after = self._with_late_credit(self._verdict.charge(summary))
        await self._correct(after, is_final=True)
        self._verdict.decide()

    async def refund(self, asked: Callable[[], RefundRequest]) -> None:
        """What the verdict gives back goes out before it; from then on no verdict moves money. `asked` makes the request
        after that, so that its change is the newer one.
        """
        if not self._is_owed:
            self._refuse_unless_collected()
        if self.owes_refund:
            await self._correct(self.charge, is_final=True)
        request = asked()
        result = await calls.refund(request)
        self._is_paid_back = True
        self._record.apply(request.change, payment_status=result.payment_status)

    def _with_late_credit(self, costs: settlement.Settlement) -> settlement.Settlement:
        """By when she arrived as it is known by now; none that was paid is asked back."""
        credit = max(self._record.late_credit(workflow.now()), self._credit_paid)
        return settlement.with_late_credit(costs, credit)

    def _refuse_unless_collected(self) -> None:
        if not self.is_collected:
            raise refusal("nothing_captured", "Nothing was taken for this booking yet")

    @property
    def owes_refund(self) -> bool:
        return self.is_collected and self._is_due and not self._is_paid_back

    @property
    def _is_due(self) -> bool:
        """Beyond the credit that went back with the capture."""
        return self.charge.refunded + self.charge.late_credit > self._credit_paid

    @property
    def _is_owed(self) -> bool:
        """There was nothing to capture. A debt is paid beside the booking, and only its books know whether it is."""
        return self._record.state.payment_status is PaymentStatus.FAILED and bool(self.charge.captured)

    @property
    def is_collected(self) -> bool:
        return self._record.state.payment_status in COLLECTED

    def _bonus(self, charge: settlement.Settlement) -> int:
        """Of what the walker gets in the end, not of what she might have got."""
        if not self._record.state.bonus:
            return 0
        return percent_of(charge.walker_share, self._record.policy.pricing.rescue_bonus_percent)

    @property
    def payout_due_at(self) -> datetime:
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
