"""Stripe's announcements are worked off one by one, and one that cannot be holds nobody up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import Payment, StripeEvent
from dogwalk.services.payment.announcements import StripeAnnouncements
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.debt import Debts
from tests.support.rows import make_booking, make_person, open_rows

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template

STUCK, TOLD = 1, 2


class OneIsStuck:
    """Bookings of which the first can be told nothing, for a reason nobody thought of."""

    def __init__(self) -> None:
        self.told: list[int] = []

    async def tip_changed(self, booking_id: UUID, number: int) -> None:
        if number == STUCK:
            raise ZeroDivisionError(booking_id)
        self.told.append(number)


async def test_an_event_that_breaks_is_kept_for_later_and_the_next_is_worked_off(
    stack_environment: dict[str, str], template: Template
) -> None:
    bookings: Any = OneIsStuck()
    async with open_rows(stack_environment, template) as resources:
        owner_id = await make_person(resources)
        booking_id = await make_booking(resources, owner_id=owner_id)
        for number in (STUCK, TOLD):
            await _announced_tip(resources, booking_id, number)
        debts = Debts(database=resources.database, charges=Charges(gateway=resources.payments))
        announced = StripeAnnouncements(database=resources.database, gateway=resources.payments, livemode=False)
        done = await announced.work_off(bookings, debts, at=resources.clock.now())
        async with resources.database.transaction() as session:
            kept = (await session.scalars(select(StripeEvent).order_by(StripeEvent.id))).all()
    assert (done, bookings.told) == (1, [TOLD])
    assert [(one.attempts, one.error, one.processed_at is not None) for one in kept] == [
        (1, "ZeroDivisionError", False),
        (0, None, True),
    ]


async def _announced_tip(resources: Resources, booking_id: UUID, number: int) -> None:
    now = resources.clock.now()
    tip = {"amount": 500, "currency": "usd", "status": "captured", "customer_id": "cus_1", "payment_method_id": "pm_1"}
    times = {"created_at": now, "updated_at": now}
    event = {"source": "test", "type": "payment_intent.succeeded", "payload": {}, "received_at": now}
    async with resources.database.transaction() as session:
        named = {"number": number, "idempotency_key": f"tip:{number}", "payment_intent_id": f"pi_{number}"}
        session.add(Payment(id=uuid7(), booking_id=booking_id, kind="tip", **named, **tip, **times))
        session.add(StripeEvent(id=f"evt_{number}", object_id=f"pi_{number}", **event))
