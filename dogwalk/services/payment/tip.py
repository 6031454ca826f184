"""A tip: taken from the owner's card on session, passed on whole to the walker, in the booking's own books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.tip import GIVEN, RECEIVED, ChargeTipResult, TipRequest, fact
from dogwalk.db.models.payment import Payment
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import walker_record
from dogwalk.domain import ledger
from dogwalk.domain.afterwards import check_open, check_tip, check_walked
from dogwalk.domain.payment import PaymentKind
from dogwalk.errors import NotFound, PaymentError
from dogwalk.ports import HoldStatus
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.payment.charge import note, note_refusal, refusal_code
from dogwalk.services.payment.keys import step_key

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.tip import TipStep
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, PaymentHold
    from dogwalk.services.payment.charge import Charges

FIRST_TRY = "1"
PASSED_ON = "tip-transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TipView:
    """`client_secret` while the owner must confirm it by 3-D Secure."""

    payment: Payment
    expires_at: datetime
    client_secret: str | None = None


class Tips:
    def __init__(self, *, database: Database, gateway: PaymentGateway, charges: Charges) -> None:
        self._database = database
        self._gateway = gateway
        self._charges = charges

    async def open(self, booking_id: UUID, owner_id: UUID, *, tip_id: UUID, amount: int, at: datetime) -> TipRequest:
        """The tip's row, before Stripe is called; a repeat of `tip_id` finds it. NotFound for a stranger; Conflict
        `not_ended`, `not_walked`, `window_closed`; InvalidInput `tip_too_small`, `tip_too_much`.
        """
        async with self._database.transaction() as session:
            booking = await _owned(session, booking_id, owner_id)
            policy = (await policies.by_version(session, booking.market_id, booking.policy_version)).afterwards
            given = await payments.tips_of(session, booking_id)
            tip = next((one for one in given if one.id == tip_id), None)
            if tip is None:
                check_open(booking.ended_at, within_s=policy.tip_within_s, at=at)
                check_walked(booking.outcome, total=booking.total)
                alive = sum(one.amount for one in given if one.status not in _GIVEN_UP)
                check_tip(amount, given=alive, total=booking.total, currency=booking.currency, policy=policy)
                tip = await _reserve(session, booking, tip_id=tip_id, number=len(given) + 1, amount=amount, at=at)
        return TipRequest(booking_id=booking_id, number=tip.number, action_ttl_s=policy.tip_action_ttl_s)

    async def charge(self, step: TipStep) -> ChargeTipResult:
        """On session: the owner has the app before her. Asked again, it says what became of the first try."""
        payment = await self._of(step)
        try:
            hold = await self._charges.attempt(
                payment, payment_method_id=payment.payment_method_id, off_session=False, try_key=FIRST_TRY
            )
        except PaymentError as error:
            if error.retryable:
                raise
            return await self._came_to_nothing(step, payment, code=refusal_code(error))
        return await self._follow(step, payment, hold)

    async def look(self, step: TipStep) -> ChargeTipResult:
        """How it stands at Stripe, after 3-D Secure or without it. What was declined is let go of, and at the last look
        what still waits for her: her phone could confirm it later, and nobody would pass it on.
        """
        payment = await self._of(step)
        hold = await self._charges.look(payment)
        if hold is None:
            return await self._came_to_nothing(step, payment)
        if hold.status is HoldStatus.DECLINED or (step.is_last and hold.status is HoldStatus.ACTION_REQUIRED):
            hold = await self._let_go(payment, hold)
        return await self._follow(step, payment, hold)

    async def pass_on(self, step: TipStep) -> None:
        """The whole of it, out of its own charge. A refusal of today is tried under another key tomorrow."""
        payment = await self._of(step)
        async with self._database.transaction() as session:
            booking = await _known(session, step.booking_id)
            account_id = await walker_record.payout_account(session, _walker_of(booking))
        if account_id is None:
            raise PaymentError("The walker has no payout account", code="no_payout_account")
        key = step_key(step.booking_id, PASSED_ON, step.number)
        receipt = await self._gateway.transfer(
            account_id=account_id,
            amount=payment.amount,
            currency=payment.currency,
            booking_id=str(step.booking_id),
            source_charge_id=payment.charge_id,
            key=key,
            attempt=int(step.at.timestamp()),
        )
        async with self._database.transaction() as session:
            booking = await locked_row(session, step.booking_id)
            postings = ledger.transfer(amount=receipt.amount)
            await _post(session, booking, key, "transfer", postings, reference=receipt.transfer_id, at=step.at)
            facts = _facts(step, RECEIVED)
            facts.message("tip_received", _walker_of(booking), amount=money(payment.amount, payment.currency))
            await facts.write(session)

    async def view(self, tip_id: UUID) -> TipView:
        async with self._database.transaction() as session:
            payment = await payments.get(session, tip_id)
            booking = await _known(session, payment.booking_id)
            policy = (await policies.by_version(session, booking.market_id, booking.policy_version)).afterwards
        waits = payment.status == HoldStatus.ACTION_REQUIRED and payment.payment_intent_id is not None
        secret = (
            await self._gateway.get_client_secret(payment_intent_id=str(payment.payment_intent_id)) if waits else None
        )
        expires_at = payment.created_at + timedelta(seconds=policy.tip_action_ttl_s)
        return TipView(payment=payment, expires_at=expires_at, client_secret=secret)

    async def _of(self, step: TipStep) -> Payment:
        async with self._database.transaction() as session:
            payment = await payments.by_number(session, step.booking_id, step.number, kind=PaymentKind.TIP)
        if payment is None:
            raise NotFound("No such tip")
        return payment

    async def _let_go(self, payment: Payment, hold: PaymentHold) -> PaymentHold:
        """Taken in this moment, it is hers. What was declined stays so."""
        key = f"{payment.idempotency_key}:release"
        released = await self._gateway.release(payment_intent_id=hold.payment_intent_id, key=key)
        was_taken = released.status is HoldStatus.CAPTURED
        return released if was_taken or hold.status is not HoldStatus.DECLINED else hold

    async def _came_to_nothing(self, step: TipStep, payment: Payment, *, code: str | None = None) -> ChargeTipResult:
        async with self._database.transaction() as session:
            await locked_row(session, step.booking_id)
            return ChargeTipResult(status=await note_refusal(session, payment, code=code, at=step.at))

    async def _follow(self, step: TipStep, payment: Payment, hold: PaymentHold) -> ChargeTipResult:
        async with self._database.transaction() as session:
            booking = await locked_row(session, step.booking_id)
            status = await note(session, payment, hold, at=step.at)
            if hold.status is HoldStatus.CAPTURED:
                await _given(session, booking, payment, step, hold)
        return ChargeTipResult(status=status)


_GIVEN_UP = frozenset({HoldStatus.DECLINED.value, HoldStatus.CANCELED.value})


async def _given(session: AsyncSession, booking: Booking, payment: Payment, step: TipStep, hold: PaymentHold) -> None:
    postings, amount = ledger.tip(amount=payment.amount), money(payment.amount, payment.currency)
    key = f"{payment.idempotency_key}:capture"
    await _post(session, booking, key, "tip", postings, reference=hold.payment_intent_id, at=step.at)
    facts = _facts(step, GIVEN)
    facts.event("tip_given", audience=[booking.owner_id, _walker_of(booking)], amount=amount)
    facts.message("tip_given", booking.owner_id, amount=amount)
    await facts.write(session)


def _facts(step: TipStep, what: int) -> Facts:
    change = change_of(Afterwards.TIP, fact(step.number, what), booking_id=step.booking_id, at=step.at, actor="owner")
    return Facts(change=change, beside=True)


async def _reserve(
    session: AsyncSession, booking: Booking, *, tip_id: UUID, number: int, amount: int, at: datetime
) -> Payment:
    payment, _ = await payments.reserve(
        session,
        id=tip_id,
        booking_id=booking.id,
        kind=PaymentKind.TIP.value,
        number=number,
        idempotency_key=step_key(booking.id, PaymentKind.TIP, number),
        customer_id=booking.customer_id,
        payment_method_id=booking.payment_method_id,
        amount=amount,
        currency=booking.currency,
        created_at=at,
        updated_at=at,
    )
    return payment


async def _post(
    session: AsyncSession,
    booking: Booking,
    key: str,
    kind: str,
    postings: dict[ledger.Account, int],
    *,
    reference: str | None,
    at: datetime,
) -> None:
    journal = ledger.Journal(
        key=key,
        booking_id=booking.id,
        kind=kind,
        at=at,
        currency=booking.currency,
        postings=postings,
        reference=reference,
    )
    await ledger_rows.post(session, journal)


async def _known(session: AsyncSession, booking_id: UUID) -> Booking:
    booking = await bookings.get(session, booking_id)
    if booking is None:
        raise NotFound("No such booking")
    return booking


async def _owned(session: AsyncSession, booking_id: UUID, owner_id: UUID) -> Booking:
    booking = await locked_row(session, booking_id)
    if booking.owner_id != owner_id or booking.revealed_at is None:
        raise NotFound("No such booking")
    return booking


def _walker_of(booking: Booking) -> UUID:
    if booking.walker_id is None:
        raise NotFound("Nobody walked")
    return booking.walker_id
