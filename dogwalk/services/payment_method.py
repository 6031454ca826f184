"""An owner's cards. Numbers never come here: the phone saves them at Stripe, we keep which is the default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import card as cards
from dogwalk.db.repositories import plan as plans
from dogwalk.errors import Conflict, NotFound, TooManyRequests
from dogwalk.ports import Card, CardSetup

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import Person
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

SETUPS_A_DAY = 5  # stolen card numbers are tried out in numbers
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedCard:
    card: Card
    is_default: bool


class PaymentMethods:
    def __init__(self, *, database: Database, payments: PaymentGateway) -> None:
        self._database = database
        self._payments = payments

    async def set_up(self, person_id: UUID, *, setup_id: UUID, at: datetime) -> tuple[str, CardSetup]:
        """The customer's id and the secrets for the phone. The same `setup_id` gives the same answer: Stripe remembers
        it, nothing secret is stored here. Raises TooManyRequests after five a day.
        """
        async with self._database.transaction() as session:
            person = _person(await cards.holder(session, person_id, lock=True))
            await _count(session, person_id, setup_id, at)
        customer_id = await self._customer(person)
        return customer_id, await self._payments.start_card_setup(customer_id=customer_id, key=f"card-setup-{setup_id}")

    async def list(self, person_id: UUID) -> list[SavedCard]:
        """The default is the one chosen, else the first that was saved."""
        person = await self._holder(person_id)
        if person.stripe_customer_id is None:
            return []
        found = await self._payments.list_cards(customer_id=person.stripe_customer_id)
        default = _default(person, [card.payment_method_id for card in found])
        return [SavedCard(card=card, is_default=card.payment_method_id == default) for card in found]

    async def make_default(self, person_id: UUID, payment_method_id: str) -> None:
        """Raises NotFound for a card that is not hers."""
        await self._own_card(person_id, payment_method_id)
        async with self._database.transaction() as session:
            await cards.set_default(session, person_id, payment_method_id)

    async def delete(self, person_id: UUID, payment_method_id: str, *, at: datetime) -> None:
        """Raises NotFound, and Conflict `payment_method_in_use` while a booking paid with it is not closed, or a weekly plan
        pays with it.
        """
        person = await self._own_card(person_id, payment_method_id)
        async with self._database.transaction() as session:
            if await cards.has_open_booking(session, person_id, payment_method_id):
                raise Conflict("A booking is paid with this card", code="payment_method_in_use")
            if await plans.uses_card(session, person_id, payment_method_id, today=at.date()):
                raise Conflict("A weekly plan is paid with this card", code="payment_method_in_use")
            if person.default_payment_method_id == payment_method_id:
                await cards.set_default(session, person_id, None)
        await self._payments.detach_card(payment_method_id=payment_method_id)

    async def _own_card(self, person_id: UUID, payment_method_id: str) -> Person:
        person = await self._holder(person_id)
        if person.stripe_customer_id is None or not await self._payments.card_belongs_to(
            customer_id=person.stripe_customer_id, payment_method_id=payment_method_id
        ):
            raise NotFound("No such payment method")
        return person

    async def _customer(self, person: Person) -> str:
        """Made at the first need, outside any transaction; two at once make the same one under one key."""
        if person.stripe_customer_id is not None:
            return person.stripe_customer_id
        customer_id = await self._payments.create_customer(
            person_id=str(person.id), email=person.email, name=person.name, key=f"person-{person.id}:customer:1"
        )
        async with self._database.transaction() as session:
            await cards.set_customer(session, person.id, customer_id)
        return (await self._holder(person.id)).stripe_customer_id or customer_id

    async def _holder(self, person_id: UUID) -> Person:
        async with self._database.transaction() as session:
            return _person(await cards.holder(session, person_id))


async def _count(session: AsyncSession, person_id: UUID, setup_id: UUID, at: datetime) -> None:
    """The person's row is locked: two at once are counted one after the other. A repeat counts once."""
    if await cards.setup(session, setup_id, person_id) is not None:
        return
    count, oldest = await cards.setups_since(session, person_id, at - DAY)
    if count >= SETUPS_A_DAY and oldest is not None:
        wait_s = int((oldest + DAY - at).total_seconds()) + 1
        raise TooManyRequests("Five card set-ups a day are enough", retry_after_s=wait_s)
    await cards.add_setup(session, setup_id, person_id, at)


def _default(person: Person, ids: list[str]) -> str | None:
    """Stripe lists the newest first."""
    if person.default_payment_method_id in ids:
        return person.default_payment_method_id
    return ids[-1] if ids else None


def _person(person: Person | None) -> Person:
    if person is None:
        raise NotFound("No such person")
    return person
