"""Offers of a walker: looked at, accepted, declined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.kept_booking import booking_by_now
from api.named_ids import name_booking
from api.pagination import PageQuery
from api.readers import Bookings, Offers
from api.rendering import booking_view, offer_view
from api.running import Running
from api.schemas.base import Page
from api.schemas.booking import BookingView
from api.schemas.offer import DeclineOffer, OfferView
from dogwalk.contracts.booking import AcceptOffer
from dogwalk.contracts.booking import DeclineOffer as DeclineOfferCommand
from dogwalk.errors import Conflict, NotFound

if TYPE_CHECKING:
    from dogwalk.adapters.booking_workflows import BookingWorkflows
    from dogwalk.contracts.base import Payload
    from dogwalk.db.models.booking import Offer

router = APIRouter(tags=["booking"])

IsOpen = Annotated[bool, Query(alias="open", description="Only what can be accepted now")]
WHY_NOT = {"taken": "offer_taken", "withdrawn": "offer_withdrawn"}


@router.get("/v1/offers")
async def list_offers(
    who: WalkerOnly, res: Res, offers: Offers, page: PageQuery, *, is_open: IsOpen = False
) -> Page[OfferView]:
    """Everything I was asked, newest first; with `open` only what I can take now, the open board included."""
    open_at = res.clock.now() if is_open else None
    found = await offers.page(who.person_id, open_at=open_at, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda view: (view.offer.created_at, view.offer.id), render=offer_view)


@router.get("/v1/offers/{offer_id}", responses=problems(404))
async def get_offer(offer_id: UUID, who: WalkerOnly, offers: Offers) -> OfferView:
    return offer_view(await offers.get(offer_id, who.person_id))


@router.post("/v1/offers/{offer_id}/accept", responses=problems(404, 409, 503))
async def accept_offer(
    offer_id: UUID, who: WalkerOnly, res: Res, offers: Offers, bookings: Bookings, running: Running, once: Once
) -> BookingView:
    """The first accept has the walk. 409 `offer_expired`, `offer_taken`, `offer_withdrawn`, `walker_conflict`; 403
    `two_factor_required`.
    """

    async def work() -> BookingView:
        offer = await offers.answerable(offer_id, who.person_id)
        await _send(running, offer, "accept_offer", AcceptOffer(walker_id=who.person_id), once.fingerprint)
        return booking_view(await bookings.get(offer.booking_id, who.person_id, at=res.clock.now()))

    async def again(kept: Any) -> Any:
        booking_id = (await offers.get(offer_id, who.person_id)).booking.id
        return await booking_by_now(kept, bookings, booking_id=booking_id, person_id=who.person_id, at=res.clock.now())

    return await once.run(work, again=again)


@router.post("/v1/offers/{offer_id}/decline", responses=problems(404, 409, 503))
async def decline_offer(
    offer_id: UUID, body: DeclineOffer, who: WalkerOnly, offers: Offers, running: Running, once: Once
) -> OfferView:
    """The next walker is asked at once; I am not asked again for this walk."""

    async def work() -> OfferView:
        offer = (await offers.get(offer_id, who.person_id)).offer
        payload = DeclineOfferCommand(walker_id=who.person_id, reason=body.reason)
        await _send(running, offer, "decline_offer", payload, once.fingerprint)
        return offer_view(await offers.get(offer_id, who.person_id))

    return await once.run(work)


async def _send(running: BookingWorkflows, offer: Offer, name: str, payload: Payload, update_id: str) -> None:
    """A booking that is over says what became of the offer."""
    name_booking(offer.booking_id)
    try:
        await running.command(offer.booking_id, name, payload, update_id=update_id)
    except NotFound as error:
        if error.code != "workflow_over":
            raise
        raise Conflict("This offer is over", code=WHY_NOT.get(offer.status, "offer_expired")) from error
