"""Letting go of a hold: what it left at Stripe is cancelled, what it reserved is free again in our books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.domain import ledger
from dogwalk.errors import PaymentError
from dogwalk.ports import HoldStatus
from dogwalk.services.payment.keys import step_key

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.db.models.payment import Payment
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, PaymentHold


class Releases:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def release(self, row: Payment, *, at: datetime) -> None:
        """Whatever this try left at Stripe is cancelled; nothing there is an answer too."""
        for hold in await self._at_stripe(row):
            released = await self._gateway.release(
                payment_intent_id=hold.payment_intent_id, key=f"{row.idempotency_key}:release"
            )
            if released.status is HoldStatus.CAPTURED:
                raise PaymentError("A hold to be released was captured", code="released_after_capture")
        async with self._database.transaction() as session:
            await payments.record(session, row.id, status=HoldStatus.CANCELED.value, updated_at=at)
            if row.status == HoldStatus.HELD:
                await ledger_rows.post(session, release_journal(row, at))

    async def _at_stripe(self, row: Payment) -> list[PaymentHold]:
        if row.payment_intent_id is not None:
            return [await self._gateway.get_hold(payment_intent_id=row.payment_intent_id)]
        found = await self._gateway.find_holds(customer_id=row.customer_id, booking_id=str(row.booking_id))
        return [hold for hold in found if hold.step == row.idempotency_key]


def release_journal(row: Payment, at: datetime) -> ledger.Journal:
    return ledger.Journal(
        key=step_key(row.booking_id, "release", row.number),
        booking_id=row.booking_id,
        kind="release",
        at=at,
        currency=row.currency,
        postings=ledger.release(amount=row.amount),
        reference=row.payment_intent_id,
    )
