"""A booking called off: by its owner under the policy's terms, or by support from the Temporal UI, free of charge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import CancelBooking, Deed, NoteRequest
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import BEFORE_THE_WALK, WAITING, Outcome, PaymentStatus, Status
    from dogwalk.domain.cancellation import CancellationTerms, cancellation_terms

    from workflows import calls
    from workflows.refusals import refusal


class Cancellation:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending

    async def by_owner(self, command: CancelBooking, judged_at: datetime) -> None:
        terms = self._terms(judged_at)
        self._refuse_unless_agreed(terms, command.expected_fee)
        self._ending.owes(settlement.after_cancellation(terms))
        await self._ending.end_locked(
            Outcome.CANCELLED_BY_OWNER, Status.CANCELLED, actor="owner", reason=command.reason
        )

    async def by_support(self, fee: int, deed: Deed) -> None:
        """Free of charge before the walk; with a `fee`, or with the dog out, support has decided on more."""
        may_end = WAITING | BEFORE_THE_WALK | ({Status.IN_PROGRESS} if deed.action == "cancel" else set())
        status = self._record.state.status
        if status not in may_end:
            expected = sorted(one.value for one in may_end)
            raise refusal("wrong_state", "This booking cannot be cancelled now", status=status.value, expected=expected)
        self._refuse_unless_held(fee)
        has_walker = self._record.state.walker_id is not None
        self._ending.owes(settlement.with_fee(self._record.terms, fee, has_walker=has_walker))
        await self._ending.end_locked(
            Outcome.CANCELLED_BY_SUPPORT, Status.CANCELLED, actor="support", reason=deed.reason, deed=deed
        )

    def _refuse_unless_held(self, fee: int) -> None:
        if not 0 <= fee <= self._record.terms.total:
            raise refusal("fee_out_of_range", "A fee is at most the price", total=self._record.terms.total)
        if fee and self._record.state.payment_status is not PaymentStatus.HELD:
            raise refusal("no_hold", "There is no money held to take a fee from")

    async def by_raw_cancel(self) -> None:
        """Before the walk a free cancellation by support; from then on a request on the status card."""
        async with self._record.lock:
            if self._record.state.status in WAITING | BEFORE_THE_WALK:
                await self._ending.end_locked(Outcome.CANCELLED_BY_SUPPORT, Status.CANCELLED, actor="support")
            elif not self._record.over:
                await self._ask_a_person()

    async def for_want_of_a_hold(self, *, unless: Callable[[], bool]) -> None:
        """No hold by the last try counts as a cancellation of that moment: what it costs becomes the owner's debt."""
        async with self._record.progress():
            if self._record.state.status not in WAITING | {Status.ASSIGNED} or unless():
                return
            self._ending.owes(settlement.after_cancellation(self._terms(workflow.now())))
            await self._ending.end_locked(Outcome.PAYMENT_FAILED, Status.PAYMENT_FAILED, actor="system")

    def _terms(self, at: datetime) -> CancellationTerms:
        state, terms = self._record.state, self._record.terms
        found = cancellation_terms(
            total=terms.total,
            lines_sum=terms.lines_total,
            service_fee=terms.service_fee,
            walker_earns=terms.walker_share,
            status=state.status,
            assigned_at=state.assigned_at,
            starts_at=self._record.request.starts_at,
            original_starts_at=state.original_starts_at,
            at=at,
            policy=self._record.policy.cancellation,
        )
        return found.with_late_credit(self._record.late_credit(at))

    def _refuse_unless_agreed(self, terms: CancellationTerms, expected_fee: int) -> None:
        if not terms.allowed:
            status = self._record.state.status.value
            raise refusal(terms.refusal_code or "wrong_state", "This booking cannot be cancelled now", status=status)
        if terms.fee != expected_fee:
            raise refusal(
                "terms_changed",
                "The cancellation costs something else by now",
                fee=terms.fee,
                refund=terms.refund,
                walker_compensation=terms.walker_compensation,
                policy=terms.policy,
            )

    async def _ask_a_person(self) -> None:
        change = self._record.change("support")
        await calls.note(NoteRequest(change=change, kind="cancel_requested", needs_attention="cancel_requested"))
        self._record.apply(change, needs_attention="cancel_requested")
        self._record.call_for_help("cancel_requested")
