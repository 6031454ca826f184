"""An owner's cards."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.schemas.base import Page
from api.schemas.booking import PaymentMethodId
from api.schemas.payment_method import CardSetupView, PaymentMethodView
from dogwalk.services.payment_method import PaymentMethods, SavedCard

router = APIRouter(tags=["payment"])


async def _cards(res: Res) -> PaymentMethods:
    return PaymentMethods(database=res.database, payments=res.payments)


Mine = Annotated[PaymentMethods, Depends(_cards)]


@router.post("/v1/payment-methods/setup", status_code=201)
async def set_up_payment_method(who: OwnerOnly, res: Res, cards: Mine, once: Once) -> CardSetupView:
    """The secrets with which the phone saves a card at Stripe. Five a day."""

    async def work(setup_id: UUID) -> CardSetupView:
        customer_id, setup = await cards.set_up(who.person_id, setup_id=setup_id, at=res.clock.now())
        return CardSetupView(
            setup_intent_id=setup.setup_intent_id,
            client_secret=setup.client_secret,
            customer_id=customer_id,
            customer_session_client_secret=setup.customer_session_client_secret,
            publishable_key=res.settings.stripe_publishable_key,
        )

    return await once.create(work)


@router.get("/v1/payment-methods")
async def list_payment_methods(who: OwnerOnly, cards: Mine) -> Page[PaymentMethodView]:
    """All of them on one page, newest first."""
    return Page(items=[_view(card) for card in await cards.list(who.person_id)])


@router.put("/v1/payment-methods/{payment_method_id}/default", status_code=204, responses=problems(404))
async def make_default_payment_method(payment_method_id: PaymentMethodId, who: OwnerOnly, cards: Mine) -> None:
    await cards.make_default(who.person_id, payment_method_id)


@router.delete("/v1/payment-methods/{payment_method_id}", status_code=204, responses=problems(404, 409))
async def delete_payment_method(payment_method_id: PaymentMethodId, who: OwnerOnly, res: Res, cards: Mine) -> None:
    """409 `payment_method_in_use` while a booking that it pays is not closed."""
    await cards.delete(who.person_id, payment_method_id, at=res.clock.now())


def _view(saved: SavedCard) -> PaymentMethodView:
    card = saved.card
    return PaymentMethodView(
        id=card.payment_method_id,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        is_default=saved.is_default,
    )
