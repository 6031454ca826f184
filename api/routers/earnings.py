"""What a walker earns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import Res, WalkerOnly
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.moment import Moment
from api.schemas.money import Money
from api.schemas.payment import Earned, Earnings, PayoutView
from dogwalk.services.payment.reading import PayReader

if TYPE_CHECKING:
    from dogwalk.db.models.payment import Payout
    from dogwalk.db.repositories.payout import Sums

router = APIRouter(tags=["payment"])


async def _pay(res: Res) -> PayReader:
    return PayReader(database=res.database)


Pay = Annotated[PayReader, Depends(_pay)]


@router.get("/v1/walkers/me/earnings")
async def get_earnings(
    who: WalkerOnly,
    pay: Pay,
    due_from: Annotated[Moment | None, Query(alias="from")] = None,
    due_to: Annotated[Moment | None, Query(alias="to")] = None,
) -> Earnings:
    """Sums of what fell due in this time, or ever, by currency."""
    found = await pay.earned(who.person_id, since=due_from, until=due_to)
    return Earnings(items=[_earned(sums) for sums in found])


@router.get("/v1/walkers/me/payouts")
async def list_payouts(who: WalkerOnly, pay: Pay, page: PageQuery) -> Page[PayoutView]:
    """Walk by walk, the latest due first."""
    found = await pay.page(who.person_id, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda row: (row.due_at, row.id), render=_payout)


def _earned(sums: Sums) -> Earned:
    return Earned(
        currency=sums.currency,
        walks=sums.walks,
        earned=Money(amount=sums.earned, currency=sums.currency),
        due=Money(amount=sums.earned - sums.paid, currency=sums.currency),
        paid=Money(amount=sums.paid, currency=sums.currency),
    )


def _payout(row: Payout) -> PayoutView:
    return PayoutView(
        id=row.id,
        booking_id=row.booking_id,
        state=row.state,
        amount=Money(amount=row.amount_from_charge + row.amount_from_platform, currency=row.currency),
        taken_back=Money(
            amount=row.amount_deducted + row.amount_receivable + row.amount_reversed, currency=row.currency
        ),
        due_at=row.due_at,
        paid_at=row.paid_at,
    )
