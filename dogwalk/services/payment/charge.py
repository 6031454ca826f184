"""A payment taken at once, beside the service's hold: a debt, a tip. It has one PaymentIntent, whatever card it is tried
with, so that it is paid once. Its row stands before Stripe is called (`payments.reserve` with its kind).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import payment as payments
from dogwalk.errors import PaymentError
from dogwalk.ports import HoldStatus

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.payment import Payment
    from dogwalk.ports import PaymentGateway, PaymentHold

FOR_EVER = frozenset({HoldStatus.CAPTURED.value, HoldStatus.CANCELED.value})
UNKNOWN = "unknown"


async def left_behind(gateway: PaymentGateway, payment: Payment) -> PaymentHold | None:
    """What an earlier try did, though we never heard: by its id, or among the booking's intents at Stripe."""
    if payment.payment_intent_id is not None:
        return await gateway.get_hold(payment_intent_id=payment.payment_intent_id)
    found = await gateway.find_holds(customer_id=payment.customer_id, booking_id=str(payment.booking_id))
    return next((hold for hold in found if hold.step == payment.idempotency_key), None)


class Charges:
    def __init__(self, *, gateway: PaymentGateway) -> None:
        self._gateway = gateway

    async def attempt(
        self, payment: Payment, *, payment_method_id: str, off_session: bool, try_key: str
    ) -> PaymentHold:
        """What Stripe says after this try; what an earlier one did comes first. A decline is an answer. PaymentUnknown
        when there is none: the next try finds out.
        """
        found = await self.look(payment)
        if found is None:
            return await self._gateway.charge(
                customer_id=payment.customer_id,
                payment_method_id=payment_method_id,
                amount=payment.amount,
                currency=payment.currency,
                booking_id=str(payment.booking_id),
                off_session=off_session,
                key=payment.idempotency_key,
                attempt=try_key,
            )
        if found.status is HoldStatus.CAPTURED:
            return found
        return await self._gateway.confirm(
            payment_intent_id=found.payment_intent_id,
            payment_method_id=payment_method_id,
            off_session=off_session,
            key=f"{payment.idempotency_key}:{try_key}",
        )

    async def look(self, payment: Payment) -> PaymentHold | None:
        """As it stands at Stripe; None when nothing of it ever came there."""
        return await left_behind(self._gateway, payment)


async def note(
    session: AsyncSession, payment: Payment, hold: PaymentHold, *, payment_method_id: str | None = None, at: datetime
) -> str:
    """With the booking locked: the row as Stripe has it, and the status that it has now. What was taken or let go of stays
    so: an answer that says otherwise is older, and came late. PaymentError when the amounts differ: a person must look.
    """
    if hold.amount != payment.amount or hold.amount_captured not in (0, payment.amount):
        raise PaymentError("Stripe took another amount than was asked for", code="capture_amount_differs")
    known = (await payments.get(session, payment.id)).status
    if known in FOR_EVER:
        return known
    await payments.record(
        session,
        payment.id,
        payment_intent_id=hold.payment_intent_id,
        charge_id=hold.charge_id,
        status=hold.status.value,
        decline_code=hold.decline_code,
        amount_captured=hold.amount_captured,
        payment_method_id=payment_method_id or payment.payment_method_id,
        updated_at=at,
    )
    return hold.status.value


async def note_refusal(session: AsyncSession, payment: Payment, *, code: str | None, at: datetime) -> str:
    """With the booking locked: nothing came of the try at Stripe. Where nothing was known that is a decline, too; the
    status that the row has now.
    """
    known = (await payments.get(session, payment.id)).status
    if known != UNKNOWN:
        return known
    declined = HoldStatus.DECLINED.value
    await payments.record(session, payment.id, status=declined, decline_code=code, updated_at=at)
    return declined


def refusal_code(error: PaymentError) -> str:
    """As the issuer says it, or Stripe, or we."""
    return str(error.extra.get("decline_code") or error.extra.get("provider_code") or error.code)
