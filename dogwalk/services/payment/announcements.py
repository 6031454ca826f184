"""What Stripe announces: verified and stored within a second, worked off later. An announcement is never believed:
the object is fetched again, by the service whose object it is.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import stripe_event as events
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.booking import PaymentStatus
from dogwalk.domain.payment import PaymentKind
from dogwalk.errors import DogwalkError, InvalidInput
from dogwalk.ports import HoldStatus
from dogwalk.services.payment.returned_refund import ReturnedRefunds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.payment import Payment, StripeEvent
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, RunningBookings
    from dogwalk.services.payment.debt import Debts

logger = logging.getLogger(__name__)

OF_A_REFUND = frozenset({"refund.failed", "refund.updated", "charge.refund.updated"})
WAITS_FOR_STRIPE = frozenset({PaymentStatus.ACTION_REQUIRED, PaymentStatus.FAILED, PaymentStatus.UNKNOWN})


class StripeAnnouncements:
    """`livemode`: whether our key is a live one; an event of the other kind is refused."""

    def __init__(self, *, database: Database, gateway: PaymentGateway, livemode: bool) -> None:
        self._database = database
        self._gateway = gateway
        self._livemode = livemode
        self._returned = ReturnedRefunds(database=database, gateway=gateway)

    async def receive(self, *, body: bytes, signature: str, secrets: list[str], source: str, at: datetime) -> None:
        """Unauthenticated `bad_signature`; InvalidInput `wrong_mode`. The second time changes nothing."""
        event = self._gateway.verify_event(body=body, signature=signature, secrets=secrets)
        if event.livemode != self._livemode:
            raise InvalidInput("The event is of the other mode", code="wrong_mode")
        async with self._database.transaction() as session:
            await events.store(session, event, source=source, at=at)

    async def work_off(self, running: RunningBookings, debts: Debts, *, at: datetime, limit: int = 50) -> int:
        """How many were done. One that fails waits for its next turn and holds nobody up."""
        done = 0
        for event in await self._pending(limit):
            done += await self._consider(event, running, debts, at)
        return done

    async def _pending(self, limit: int) -> list[StripeEvent]:
        async with self._database.transaction() as session:
            return list(await events.pending(session, limit=limit))

    async def _consider(self, event: StripeEvent, running: RunningBookings, debts: Debts, at: datetime) -> bool:
        try:
            await self._pass_on(event, running, debts, at)
        except Exception as error:  # noqa: BLE001 one event must not hold up the others, and waits for its next try
            reason = error.code if isinstance(error, DogwalkError) else type(error).__name__
            logger.warning("stripe event %s not worked off: %s", event.type, reason)
            async with self._database.transaction() as session:
                await events.failed(session, event.id, error=reason)
            return False
        async with self._database.transaction() as session:
            await events.processed(session, event.id, at=at)
        return True

    async def _pass_on(self, event: StripeEvent, running: RunningBookings, debts: Debts, at: datetime) -> None:
        if event.type.startswith("payment_intent."):
            await self._payment_changed(event.object_id, running, debts, at)
        elif event.type in OF_A_REFUND:
            await self._returned.look(event.object_id, at=at)
        elif event.type == "account.updated":
            await self._mirror_account(event.account_id or event.object_id)

    async def _payment_changed(
        self, payment_intent_id: str, running: RunningBookings, debts: Debts, at: datetime
    ) -> None:
        """A hold is its booking's workflow's, a tip its own; a debt outlives its workflow, and is booked here."""
        async with self._database.transaction() as session:
            payment = await payments.by_intent(session, payment_intent_id)
        payment = payment or await self._unheard_debt(payment_intent_id)
        if payment is None:
            return
        if payment.kind == PaymentKind.DEBT and payment.status != HoldStatus.CAPTURED:
            await debts.look_again(payment, at=at)
        elif payment.kind == PaymentKind.TIP:
            await running.tip_changed(payment.booking_id, payment.number)
        elif payment.kind == PaymentKind.SERVICE and (booking_id := await self._waiting_booking(payment)) is not None:
            await running.payment_changed(booking_id)

    async def _unheard_debt(self, payment_intent_id: str) -> Payment | None:
        """One whose tries were never answered: its row knows of no intent, but the intent of its fact."""
        hold = await self._gateway.get_hold(payment_intent_id=payment_intent_id)
        if hold.step is None:
            return None
        async with self._database.transaction() as session:
            return await payments.debt_asked_for_under(session, hold.step)

    async def _waiting_booking(self, payment: Payment) -> UUID | None:
        """Only a booking that waits for its owner or for Stripe; the others were told by the call itself."""
        async with self._database.transaction() as session:
            booking = await bookings.get(session, payment.booking_id)
        if booking is None or booking.outcome is not None:
            return None
        waits = booking.payment_status in WAITS_FOR_STRIPE or booking.payment_action_kind is not None
        return booking.id if waits else None

    async def _mirror_account(self, account_id: str) -> None:
        async with self._database.transaction() as session:
            walker = await walkers.of_payout_account(session, account_id)
        if walker is None:
            return
        account = await self._gateway.get_payout_account(account_id=account_id)
        async with self._database.transaction() as session:
            await walkers.change(session, walker.person_id, payout_active=account.transfers_active)
