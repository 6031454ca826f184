"""Where a walker's money goes: an account at Stripe, opened on Stripe's own pages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.readers import MarketsFound
from api.schemas.walker import PayoutAccountView, PayoutOnboarding
from dogwalk.ports import PayoutAccount
from dogwalk.services.payout_account import PayoutAccounts

router = APIRouter(tags=["walker"])


async def _accounts(res: Res, markets: MarketsFound) -> PayoutAccounts:
    return PayoutAccounts(
        database=res.database, payments=res.payments, markets=markets, app_url=res.settings.app_url.rstrip("/")
    )


Mine = Annotated[PayoutAccounts, Depends(_accounts)]


@router.post("/v1/walkers/me/payout-account", status_code=201, responses=problems(409))
async def open_payout_account(who: WalkerOnly, res: Res, accounts: Mine, once: Once) -> PayoutOnboarding:
    """A new link at every key; the account is made at the first. 409 `profile_incomplete` before I have a home."""

    async def work(_: UUID) -> PayoutOnboarding:
        return PayoutOnboarding(onboarding_url=await accounts.onboard(who.person_id, at=res.clock.now()))

    return await once.create(work)


@router.get("/v1/walkers/me/payout-account")
async def get_payout_account(who: WalkerOnly, res: Res, accounts: Mine) -> PayoutAccountView:
    """As Stripe sees it now."""
    return _view(await accounts.get(who.person_id, at=res.clock.now()))


def _view(account: PayoutAccount | None) -> PayoutAccountView:
    if account is None:
        return PayoutAccountView(status="none", requirements=[], transfers_active=False)
    return PayoutAccountView(
        status="active" if account.transfers_active else "onboarding",
        requirements=account.requirements,
        transfers_active=account.transfers_active,
    )
