"""A walker's payout account: a connected account at Stripe, whose state is asked for and mirrored, never assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import card as people
from dogwalk.db.repositories import walker as walkers
from dogwalk.errors import Conflict, NotFound
from dogwalk.services.walker import own

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.walker import Walker
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, PayoutAccount
    from dogwalk.services.market import Markets


class PayoutAccounts:
    """`app_url` is where the app's links begin: Stripe sends the walker back there."""

    def __init__(self, *, database: Database, payments: PaymentGateway, markets: Markets, app_url: str) -> None:
        self._database = database
        self._payments = payments
        self._markets = markets
        self._app_url = app_url

    async def onboard(self, person_id: UUID, *, at: datetime) -> str:
        """A page of Stripe's, good for minutes. Makes the account at the first call. Raises Conflict
        `profile_incomplete` without a home in a market, whose country is the account's.
        """
        account_id = await self._account_of(person_id, at) or await self._create(person_id)
        return await self._payments.onboarding_url(
            account_id=account_id,
            return_url=f"{self._app_url}/payout-account/return",
            refresh_url=f"{self._app_url}/payout-account/refresh",
        )

    async def get(self, person_id: UUID, *, at: datetime) -> PayoutAccount | None:
        """As Stripe sees it now; whether transfers reach it is mirrored, so that matching asks one table."""
        account_id = await self._account_of(person_id, at)
        if account_id is None:
            return None
        account = await self._payments.get_payout_account(account_id=account_id)
        async with self._database.transaction() as session:
            await walkers.change(session, person_id, payout_active=account.transfers_active)
        return account

    async def _account_of(self, person_id: UUID, at: datetime) -> str | None:
        async with self._database.transaction() as session:
            return (await own(session, person_id, at)).payout_account_id

    async def _create(self, person_id: UUID) -> str:
        async with self._database.transaction() as session:
            person, walker = await people.holder(session, person_id), await walkers.get(session, person_id)
            if person is None or walker is None:
                raise NotFound("No such walker")
            country = await self._country(session, walker)
        account = await self._payments.create_payout_account(
            person_id=str(person_id), email=person.email, country=country, key=f"walker-{person_id}:payout_account:1"
        )
        async with self._database.transaction() as session:
            await walkers.set_payout_account(session, person_id, account.account_id)
        return account.account_id

    async def _country(self, session: AsyncSession, walker: Walker) -> str:
        found = None
        if walker.home_lat is not None and walker.home_lon is not None:
            found = await self._markets.find(session, lat=walker.home_lat, lon=walker.home_lon)
        if found is None:
            raise Conflict("Fill in your profile first: where you live", code="profile_incomplete")
        return found.country
