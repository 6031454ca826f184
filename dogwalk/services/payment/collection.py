"""The end of a service in money: capture what is owed, let go of the rest, give back what the verdict gives back.

Every remote call may have happened unheard: each is keyed by its fact, and each is booked before the next is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dogwalk.contracts.booking import CollectResult
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import refund as refunds
from dogwalk.domain import ledger
from dogwalk.domain.booking import COLLECTED, PaymentStatus
from dogwalk.domain.refund import status_after
from dogwalk.errors import PaymentError
from dogwalk.ports import HoldStatus
from dogwalk.services.booking.attention import calling_for_help
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.payment.keys import step_key
from dogwalk.services.payment.owing import forgive, owe
from dogwalk.services.payment.pay_hold import keep_back_if_asked
from dogwalk.services.payment.refund import owe_refund
from dogwalk.services.payment.release import Releases
from dogwalk.services.report_card import send_report_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.contracts.booking import CollectRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, PaymentHold

UNTOLD = {PaymentStatus.FAILED, PaymentStatus.NONE}
GOOD = {HoldStatus.HELD.value, HoldStatus.CAPTURED.value}


class Part(NamedTuple):
    """Of what goes back to the owner: a refund of its own, with its journal under the same `step`."""

    step: str
    amount: int
    reason: str
    funded_by: str
    postings: dict[ledger.Account, int]


class Collections:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway
        self._releases = Releases(database=database, gateway=gateway)

    async def collect(self, request: CollectRequest) -> CollectResult:
        async with calling_for_help(self._database, request.change.booking_id, trouble=request.trouble):
            return await self._collect(request)

    async def _collect(self, request: CollectRequest) -> CollectResult:
        rows = await self._rows(request)
        good = next((row for row in reversed(rows) if row.status in GOOD), None)
        for row in rows:
            if row is not good or request.charge.captured == 0:
                await self._releases.release(row, at=request.change.at)
        if request.charge.captured == 0:
            return await self._write(request, await self._untouched(rows, good))
        if good is None or not await self._capture(request, good):
            owed = request.charge.captured - _reduced_by(request)
            return await self._write(request, PaymentStatus.FAILED, owed=owed)
        await self._refund(request, good)
        return await self._write(request, _status(request))

    async def _untouched(self, rows: Sequence[Payment], good: Payment | None) -> PaymentStatus:
        """What is let go of by now may have been held until a try whose answer was lost."""
        if good is not None or await self._was_released(rows):
            return PaymentStatus.RELEASED
        return PaymentStatus.FAILED if rows else PaymentStatus.NONE

    async def _was_released(self, rows: Sequence[Payment]) -> bool:
        keys = [step_key(row.booking_id, "release", row.number) for row in rows]
        async with self._database.transaction() as session:
            return any([await ledger_rows.is_posted(session, key) for key in keys])

    async def _rows(self, request: CollectRequest) -> Sequence[Payment]:
        async with self._database.transaction() as session:
            return await payments.holds_of(session, request.change.booking_id)

    async def _capture(self, request: CollectRequest, row: Payment) -> bool:
        """Booked at once: from here on the money is ours to give back. False when the hold is gone: let go of, too."""
        if row.payment_intent_id is None:
            raise PaymentError("There is no hold to capture", code="no_hold")
        try:
            captured = await self._gateway.capture(
                payment_intent_id=row.payment_intent_id,
                amount=request.charge.captured,
                key=step_key(row.booking_id, "capture", row.number),
            )
        except PaymentError as error:
            if error.code != "hold_lapsed":
                raise
            await self._releases.release(row, at=request.change.at)
            return False
        await self._book_capture(request, row, captured)
        return True

    async def _book_capture(self, request: CollectRequest, row: Payment, captured: PaymentHold) -> None:
        if captured.amount_captured != request.charge.captured:
            raise PaymentError("Stripe captured another amount than was asked for", code="capture_amount_differs")
        postings = ledger.capture(held=row.amount, captured=captured.amount_captured)
        async with self._database.transaction() as session:
            await payments.record(
                session,
                row.id,
                status=HoldStatus.CAPTURED.value,
                charge_id=captured.charge_id,
                amount_captured=captured.amount_captured,
                updated_at=request.change.at,
            )
            await ledger_rows.post(session, _journal(request, row, "capture", postings))

    async def _refund(self, request: CollectRequest, row: Payment) -> None:
        """A refund for each reason, each booked before the next is made."""
        for part in _at_once(request):
            await self._refund_part(request, row, part)

    async def _refund_part(self, request: CollectRequest, row: Payment, part: Part) -> None:
        if row.payment_intent_id is None:
            raise PaymentError("There is no charge to refund", code="no_hold")
        key = step_key(row.booking_id, part.step, row.number)
        receipt = await self._gateway.refund(
            payment_intent_id=row.payment_intent_id, amount=part.amount, booking_id=str(row.booking_id), key=key
        )
        async with self._database.transaction() as session:
            await payments.add_refund(
                session,
                booking_id=row.booking_id,
                payment_id=row.id,
                idempotency_key=key,
                refund_id=receipt.refund_id,
                amount=part.amount,
                currency=row.currency,
                reason=part.reason,
                funded_by=part.funded_by,
                state="paid",
                created_at=request.change.at,
                paid_at=request.change.at,
            )
            await refunds.count_up(session, row.id, at=request.change.at)
            await ledger_rows.post(session, _journal(request, row, part.step, part.postings))

    async def _write(self, request: CollectRequest, status: PaymentStatus, *, owed: int = 0) -> CollectResult:
        """What was asked for in vain is a debt but for what would be given back anyway (`owed`); the platform pays the
        walker.
        """
        charge, change = request.charge, request.change
        in_vain = status is PaymentStatus.FAILED and charge.captured > 0
        async with self._database.transaction() as session:
            booking = await bookings.get(session, change.booking_id, lock=True)
            if booking is None:
                raise PaymentError("The booking is gone", code="no_booking")
            postings = ledger.charge(walker_share=charge.walker_share, platform_fee=charge.platform_fee)
            await ledger_rows.post(
                session,
                ledger.Journal(
                    key=step_key(booking.id, "charge"),
                    booking_id=booking.id,
                    kind="charge",
                    at=change.at,
                    currency=booking.currency,
                    postings=postings,
                ),
            )
            if request.bonus:
                await ledger_rows.post(session, _bonus_journal(request, booking))
            if in_vain:
                owed = await owe(session, booking, owed, at=change.at)
                await forgive(session, booking, charge.late_credit, at=change.at)
            if charge.walker_share and request.walker_id is not None:
                await payments.add_payout(
                    session,
                    booking_id=booking.id,
                    assignment_no=request.assignment_no,
                    walker_id=request.walker_id,
                    amount_from_charge=0 if in_vain else charge.walker_share,
                    amount_from_platform=request.bonus + (charge.walker_share if in_vain else 0),
                    currency=booking.currency,
                    state="due",
                    due_at=request.payout_due_at,
                    created_at=change.at,
                )
                await keep_back_if_asked(session, booking)
            if charge.refunded and request.refund_later and not in_vain:
                await owe_refund(session, booking.id, amount=charge.refunded, at=change.at)
            await _facts(request, booking, status, owed).write(session)
            await send_report_card(session, booking, at=change.at)
        if status is PaymentStatus.FAILED:
            return CollectResult(payment_status=status, captured=0, owed=owed)
        return CollectResult(payment_status=status, captured=charge.captured, refunded=_given_back(request))


def _parts(request: CollectRequest) -> list[Part]:
    """What the verdict gives back, and what the platform gives for a late walker."""
    refunded, credit = request.charge.refunded, request.charge.late_credit
    parts = [
        Part("refund", refunded, request.refund_reason or "verdict", "charge", ledger.refund(amount=refunded)),
        Part("late_credit", credit, "late", "platform", ledger.late_credit(amount=credit)),
    ]
    return [part for part in parts if part.amount]


def _reduced_by(request: CollectRequest) -> int:
    return sum(part.amount for part in _parts(request))


def _at_once(request: CollectRequest) -> list[Part]:
    """A verdict that may still change gives nothing back yet."""
    return [part for part in _parts(request) if not (request.refund_later and part.step == "refund")]


def _given_back(request: CollectRequest) -> int:
    return sum(part.amount for part in _at_once(request))


def _status(request: CollectRequest) -> PaymentStatus:
    return status_after(captured=request.charge.captured, refunded=_given_back(request))


def _journal(request: CollectRequest, row: Payment, kind: str, postings: dict[ledger.Account, int]) -> ledger.Journal:
    return ledger.Journal(
        key=step_key(row.booking_id, kind, row.number),
        booking_id=row.booking_id,
        kind=kind,
        at=request.change.at,
        currency=row.currency,
        postings=postings,
        reference=row.payment_intent_id,
    )


def _bonus_journal(request: CollectRequest, booking: Booking) -> ledger.Journal:
    return ledger.Journal(
        key=step_key(booking.id, "bonus"),
        booking_id=booking.id,
        kind="bonus",
        at=request.change.at,
        currency=booking.currency,
        postings=ledger.bonus(amount=request.bonus),
    )


def _facts(request: CollectRequest, booking: Booking, status: PaymentStatus, owed: int) -> Facts:
    charge, currency, given_back = request.charge, booking.currency, _given_back(request)
    corrected_since = booking.payment_status in COLLECTED
    facts = Facts(
        change=request.change,
        projection={"payment_status": status.value},
        lasting=() if corrected_since else ("payment_status",),
    )
    if owed:
        facts.event("debt_opened", audience=[booking.owner_id], amount=money(owed, currency))
    if status in UNTOLD:
        return facts
    facts.event(
        f"payment_{status.value}",
        audience=[booking.owner_id],
        captured=money(charge.captured, currency),
        refunded=money(given_back, currency),
    )
    if charge.late_credit:
        facts.event("late_credit", audience=[booking.owner_id], credit=money(charge.late_credit, currency))
    if charge.captured and not booking.incident:
        facts.message("receipt", booking.owner_id, total=money(charge.captured - _reduced_by(request), currency))
    if charge.refunded and request.refund_later:
        facts.event("refund_due", audience=[booking.owner_id], refund=money(charge.refunded, currency))
    if given_back:
        facts.message("refund_made", booking.owner_id, refund=money(given_back, currency))
    return facts
