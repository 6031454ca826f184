"""A refund that its bank could not deliver: Stripe says so up to 30 days later, and the money is in our balance again
(docs.stripe.com/refunds, Handle failed refunds). It is owed to the owner; who gave it up has given it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import refund as refunds
from dogwalk.db.repositories import support_task
from dogwalk.domain import ledger
from dogwalk.domain.money import with_currency
from dogwalk.domain.refund import status_after
from dogwalk.errors import NotFound
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked_row

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Refund
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

RETURNED = "refund_returned"
CAME_BACK = frozenset({"failed", "canceled"})  # as Stripe names them: the money is with us either way


class ReturnedRefunds:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def look(self, refund_id: str, *, at: datetime) -> None:
        """Stripe announced something of it: asked, not believed. Booked and told once. NotFound for one of ours that went
        out and is not booked yet: it is to be announced again.
        """
        receipt = await self._gateway.get_refund(refund_id=refund_id)
        if receipt.status not in CAME_BACK:
            return
        async with self._database.transaction() as session:
            known = await refunds.by_refund_id(session, refund_id)
            if known is not None:
                await _follow(session, known, at=at)
            elif receipt.step is not None:
                raise NotFound("This refund is not booked yet", code="refund_not_booked")


async def _follow(session: AsyncSession, refund: Refund, *, at: datetime) -> None:
    booking = await locked_row(session, refund.booking_id)
    if not await refunds.come_back(session, refund, at=at):
        return
    await ledger_rows.post(session, _journal(refund, at))
    await _restate(session, refund)
    await support_task.open(
        session,
        key=f"{refund.idempotency_key}:returned",
        kind=RETURNED,
        booking_id=booking.id,
        reason=f"The bank sent back a refund of {with_currency(refund.amount, refund.currency)}: it is in "
        "our balance at Stripe, and owed to the owner",
        at=at,
    )
    await (await _facts(session, booking, refund, at)).write(session)


async def _restate(session: AsyncSession, refund: Refund) -> None:
    payment = await payments.get(session, refund.payment_id)
    status = status_after(
        captured=payment.amount_captured, refunded=await refunds.paid_back(session, refund.payment_id)
    )
    await bookings.restate_payment(session, refund.booking_id, status.value)


def _journal(refund: Refund, at: datetime) -> ledger.Journal:
    return ledger.Journal(
        key=f"{refund.idempotency_key}:returned",
        booking_id=refund.booking_id,
        kind=RETURNED,
        at=at,
        currency=refund.currency,
        postings=ledger.refund_returned(amount=refund.amount),
        reference=refund.refund_id,
    )


async def _facts(session: AsyncSession, booking: Booking, refund: Refund, at: datetime) -> Facts:
    number, amount = await refunds.place_of(session, refund), money(refund.amount, refund.currency)
    facts = Facts(change=change_of(Afterwards.RETURNED, number, booking_id=booking.id, at=at), beside=True)
    facts.event(RETURNED, audience=[booking.owner_id], refund=amount)
    facts.message(RETURNED, booking.owner_id, refund=amount)
    return facts
