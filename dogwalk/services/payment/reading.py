"""Payments as their owner, and pay as its walker may see them. A stranger's is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.db.models.payment import Payment
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import payout as payouts
from dogwalk.errors import NotFound
from dogwalk.ports import HoldStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.payment import Payout
    from dogwalk.db.repositories.payout import Sums
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """`client_secret` while the owner must confirm it, fetched for one payment alone."""

    payment: Payment
    client_secret: str | None = None


class PaymentReader:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def owned(self, payment_id: UUID, owner_id: UUID) -> Payment:
        """The bare row. NotFound for anybody but the owner of its booking."""
        async with self._database.transaction() as session:
            payment = await payments.for_owner(session, payment_id, owner_id)
        if payment is None:
            raise NotFound("No such payment")
        return payment

    async def get(self, payment_id: UUID, owner_id: UUID) -> PaymentView:
        payment = await self.owned(payment_id, owner_id)
        if payment.status != HoldStatus.ACTION_REQUIRED or payment.payment_intent_id is None:
            return PaymentView(payment=payment)
        secret = await self._gateway.get_client_secret(payment_intent_id=payment.payment_intent_id)
        return PaymentView(payment=payment, client_secret=secret)

    async def page(
        self, owner_id: UUID, *, booking_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Payment]:
        """Newest first."""
        async with self._database.transaction() as session:
            return await payments.page_for(session, owner_id, booking_id=booking_id, before=before, limit=limit)

    async def owed(self, owner_id: UUID) -> Sequence[Payment]:
        async with self._database.transaction() as session:
            return await payments.debts_of(session, owner_id)


class PayReader:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def page(self, walker_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Payout]:
        """The latest due first."""
        async with self._database.transaction() as session:
            return await payouts.page_for(session, walker_id, before=before, limit=limit)

    async def earned(self, walker_id: UUID, *, since: datetime | None, until: datetime | None) -> Sequence[Sums]:
        async with self._database.transaction() as session:
            return await payouts.sums(session, walker_id, since=since, until=until)
