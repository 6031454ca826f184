"""Cards and payout accounts, at our stand-in for Stripe and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from devstack.stripe.client import ControlPlane, PhoneStripe
from dogwalk.services.payment_method import PaymentMethods
from dogwalk.services.payout_account import PayoutAccounts

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from dogwalk.config import Settings
    from dogwalk.ports import PayoutAccount
    from dogwalk.services.market import Markets

CARD = "pm_card_visa"
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


def is_stand_in(settings: Settings) -> bool:
    return settings.stripe_api_base is not None and urlsplit(settings.stripe_api_base).hostname in THIS_MACHINE


async def save_card(resources: Resources, owner_id: UUID) -> None:
    """Unless she has one."""
    cards, settings = PaymentMethods(database=resources.database, payments=resources.payments), resources.settings
    if await cards.list(owner_id):
        return
    _, setup = await cards.set_up(owner_id, setup_id=uuid4(), at=resources.clock.now())
    async with PhoneStripe(settings.stripe_api_base or "", settings.stripe_publishable_key) as phone:
        await phone.confirm_setup_intent(setup.client_secret, pm=CARD)


async def open_payout_account(resources: Resources, markets: Markets, walker_id: UUID) -> None:
    """Opened, and asked for what Stripe says of it, which also mirrors it."""
    settings, now = resources.settings, resources.clock.now()
    accounts = PayoutAccounts(
        database=resources.database, payments=resources.payments, markets=markets, app_url=settings.app_url
    )
    account = await accounts.get(walker_id, at=now)
    if account is None:
        await accounts.onboard(walker_id, at=now)
        account = await accounts.get(walker_id, at=now)
    if account is not None and not account.transfers_active:
        await _onboard(settings, account)
        await accounts.get(walker_id, at=now)


async def _onboard(settings: Settings, account: PayoutAccount) -> None:
    secret_key = settings.stripe_api_key.get_secret_value()
    async with ControlPlane(settings.stripe_api_base or "", secret_key) as stripe:
        await stripe.onboard(account.account_id)
