"""Once a walk has ended: a tip, a review of each by the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api.deps import OwnerOnly, Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.schemas.afterwards import ClaimView, NewClaim, NewReview, NewTip, ReviewView, TipView
from api.schemas.base import Page
from api.schemas.booking import PaymentAction
from api.schemas.money import Money
from dogwalk.adapters.claim_workflows import ClaimWorkflows
from dogwalk.adapters.tip_workflows import TipWorkflows
from dogwalk.services.claim import Claims
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.tip import Tips
from dogwalk.services.review import Reviews

if TYPE_CHECKING:
    from dogwalk.db.models.afterwards import Claim, Review
    from dogwalk.services.payment import tip

router = APIRouter(tags=["booking"])


async def _tips(res: Res) -> Tips:
    return Tips(database=res.database, gateway=res.payments, charges=Charges(gateway=res.payments))


async def _running_tips(request: Request, res: Res) -> TipWorkflows:
    settings = res.settings
    return TipWorkflows(
        client=request.app.state.temporal,
        task_queue_prefix=settings.task_queue_prefix,
        command_timeout_s=settings.command_timeout_s,
    )


async def _reviews(res: Res) -> Reviews:
    return Reviews(database=res.database)


async def _claims(res: Res) -> Claims:
    return Claims(database=res.database)


async def running_claims(request: Request, res: Res) -> ClaimWorkflows:
    return ClaimWorkflows(client=request.app.state.temporal, task_queue_prefix=res.settings.task_queue_prefix)


Made = Annotated[Claims, Depends(_claims)]
RunningClaims = Annotated[ClaimWorkflows, Depends(running_claims)]
Written = Annotated[Reviews, Depends(_reviews)]


@router.post("/v1/bookings/{booking_id}/tip", responses=problems(404, 409, 503))
async def give_tip(
    booking_id: UUID,
    body: NewTip,
    who: OwnerOnly,
    res: Res,
    tips: Annotated[Tips, Depends(_tips)],
    running: Annotated[TipWorkflows, Depends(_running_tips)],
    once: Once,
) -> TipView:
    """All of it is the walker's. For 7 days after the walk, half of the price or 50.00 at most (422 `tip_too_much`), and
    no less than a card is charged (422 `tip_too_small` with the `least`); 409 `window_closed`, `not_ended`, `not_walked`.
    """

    async def work(tip_id: UUID) -> TipView:
        request = await tips.open(booking_id, who.person_id, tip_id=tip_id, amount=body.amount, at=res.clock.now())
        await running.give(request, update_id=once.fingerprint)
        return _tip_view(await tips.view(tip_id))

    return await once.create(work)


@router.post("/v1/bookings/{booking_id}/claim", status_code=201, responses=problems(404, 409, 503))
async def make_claim(
    booking_id: UUID, body: NewClaim, who: SignedIn, res: Res, claims: Made, running: RunningClaims, once: Once
) -> ClaimView:
    """By owner or walker, for 7 days; decided within 14. The walker's pay waits for it. 409 `window_closed`, `not_ended`,
    `already_claimed`; 422 `claim_too_much`.
    """

    async def work(claim_id: UUID) -> ClaimView:
        opened = await claims.open(
            booking_id,
            who.person_id,
            claim_id=claim_id,
            kind=body.kind,
            amount=body.amount,
            notes=body.notes,
            at=res.clock.now(),
        )
        await running.start(opened)
        return claim_view(await claims.get(opened.claim_id))

    return await once.create(work)


@router.post("/v1/bookings/{booking_id}/review", status_code=201, responses=problems(404, 409))
async def write_review(
    booking_id: UUID, body: NewReview, who: SignedIn, res: Res, reviews: Written, once: Once
) -> ReviewView:
    """By owner or walker, once, for 21 days. Shown when both are in or the time is over; 409 `already_reviewed`,
    `window_closed`, `not_ended`, `not_walked`.
    """

    async def work(review_id: UUID) -> ReviewView:
        written = await reviews.write(
            review_id,
            booking_id=booking_id,
            author_id=who.person_id,
            rating=body.rating,
            text=body.text,
            at=res.clock.now(),
        )
        return _review_view(written)

    return await once.create(work)


@router.get("/v1/walkers/{walker_id}/reviews", responses=problems(404))
async def list_reviews(walker_id: UUID, _: SignedIn, reviews: Written, page: PageQuery) -> Page[ReviewView]:
    """What owners say of her, the latest first."""
    found = await reviews.about_walker(walker_id, before=page.after, limit=page.limit + 1)
    return page.of(
        found,
        key=lambda shown: (shown.shown_at, shown.review.id),
        render=lambda shown: _review_view(shown.review, author=shown.author_name.partition(" ")[0]),
    )


def _review_view(review: Review, *, author: str | None = None) -> ReviewView:
    return ReviewView(
        id=review.id,
        rating=review.rating,
        text=review.text,
        author=author,
        created_at=review.created_at,
        shown_at=review.shown_at,
    )


def _tip_view(view: tip.TipView) -> TipView:
    payment = view.payment
    action = (
        PaymentAction(kind="authenticate", client_secret=view.client_secret, expires_at=view.expires_at)
        if view.client_secret
        else None
    )
    return TipView(
        id=payment.id,
        booking_id=payment.booking_id,
        amount=Money(amount=payment.amount, currency=payment.currency),
        status=payment.status,
        payment_action=action,
    )


def claim_view(claim: Claim) -> ClaimView:
    return ClaimView(
        id=claim.id,
        booking_id=claim.booking_id,
        kind=claim.kind,
        state=claim.state,
        amount=Money(amount=claim.amount, currency=claim.currency) if claim.amount else None,
        granted=Money(amount=claim.granted, currency=claim.currency),
        decide_by=claim.decide_by,
        decided_at=claim.decided_at,
        created_at=claim.created_at,
    )
