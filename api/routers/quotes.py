"""What a walk would cost: a price that binds for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.rendering import clauses_view
from api.schemas.booking import PriceLine
from api.schemas.money import Money
from api.schemas.quote import NewQuote, QuoteView
from dogwalk.services.quote import QuoteRequest, Quotes

if TYPE_CHECKING:
    from dogwalk.db.models.booking import Quote
    from dogwalk.domain.policy import MarketPolicy

router = APIRouter(tags=["booking"])


async def _quotes(res: Res) -> Quotes:
    return Quotes(database=res.database)


Mine = Annotated[Quotes, Depends(_quotes)]


@router.post("/v1/quotes", status_code=201, responses=problems(404, 409))
async def make_quote(body: NewQuote, who: OwnerOnly, res: Res, quotes: Mine, once: Once) -> QuoteView:
    """404 for a home or dog that is not mine; 422 `too_soon`, `too_far`, `unknown_service`, `walker_not_found`; where
    the market asks for it, `vaccination_required` with the dogs it is about. A meeting, which costs nothing, is asked of one
    walker (`walker_required`), and of the same one not again for a while: 409 `met_already`.
    """

    async def work(quote_id: UUID) -> QuoteView:
        wanted = QuoteRequest(
            home_id=body.home_id,
            dog_ids=tuple(body.dog_ids),
            service=body.service,
            starts_at=body.starts_at,
            walker_id=body.walker_id,
        )
        return _view(*await quotes.make(who.person_id, quote_id, wanted, at=res.clock.now()))

    return await once.create(work)


def _view(quote: Quote, policy: MarketPolicy) -> QuoteView:
    return QuoteView(
        id=quote.id,
        expires_at=quote.expires_at,
        policy_version=quote.policy_version,
        home_id=quote.home_id,
        dog_ids=quote.dog_ids,
        service=quote.service,
        asap=quote.asap,
        starts_at=quote.starts_at,
        walker_id=quote.walker_id,
        lines=[PriceLine.model_validate(line) for line in quote.lines],
        total=Money(amount=quote.total, currency=quote.currency),
        walker_earns=Money(amount=quote.walker_earns, currency=quote.currency),
        cancellation=clauses_view(policy.cancellation, total=quote.total),
    )
