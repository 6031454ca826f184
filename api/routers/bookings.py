"""Booking a walk, looking at it, calling it off."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.deps import OwnerOnly, Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.named_ids import name_booking
from api.pagination import PageQuery
from api.readers import Bookings
from api.rendering import booking_view, cancellation_view
from api.running import Running, command
from api.schemas.base import Page
from api.schemas.booking import BookingView, CancelBooking, Cancellation, NewBooking
from api.schemas.moment import Moment
from dogwalk.contracts.booking import CancelBooking as CancelBookingCommand
from dogwalk.contracts.booking import CommandByOwner
from dogwalk.db.repositories.booking_seen import PageFilter
from dogwalk.domain.booking import Outcome, Status
from dogwalk.domain.role import Role
from dogwalk.errors import Conflict
from dogwalk.services.booking import request as requests
from dogwalk.services.booking.request import BookingRequests

router = APIRouter(tags=["booking"])


async def _requests(res: Res) -> BookingRequests:
    return BookingRequests(database=res.database, gateway=res.payments)


Requests = Annotated[BookingRequests, Depends(_requests)]


@router.post("/v1/bookings", status_code=202, responses=problems(403, 404, 409, 503))
async def create_booking(
    body: NewBooking, who: OwnerOnly, res: Res, bookings: Bookings, new: Requests, running: Running, once: Once
) -> BookingView:
    """Takes the request and starts its workflow: the hold, then the search for a walker. Repeat it with the same key
    until it is answered; whatever happened meanwhile, there is one booking and one hold.
    """

    async def work(booking_id: UUID) -> BookingView:
        name_booking(booking_id)
        at = res.clock.now()
        reserved = await new.reserve(
            requests.NewBooking(
                booking_id=booking_id,
                owner_id=who.person_id,
                quote_id=body.quote_id,
                payment_method_id=body.payment_method_id,
                preferred_walker_ids=body.preferred_walker_ids,
                notes=body.notes,
                at=at,
            )
        )
        await running.start(reserved)
        await new.reveal(booking_id, at=at)
        return booking_view(await bookings.get(booking_id, who.person_id, at=at))

    return await once.create(work, status=202)


@router.get("/v1/bookings")
async def list_bookings(
    who: SignedIn,
    res: Res,
    bookings: Bookings,
    page: PageQuery,
    status: Status | None = None,
    outcome: Outcome | None = None,
    role: Literal[Role.OWNER, Role.WALKER] | None = None,
    starts_from: Annotated[Moment | None, Query(alias="from")] = None,
    starts_to: Annotated[Moment | None, Query(alias="to")] = None,
) -> Page[BookingView]:
    """Mine as owner, as walker, or both; the latest start first."""
    found = await bookings.page(
        who.person_id,
        chosen=PageFilter(role=role, status=status, outcome=outcome, starts_from=starts_from, starts_to=starts_to),
        before=page.after,
        limit=page.limit + 1,
        at=res.clock.now(),
    )
    return page.of(found, key=lambda view: (view.booking.starts_at, view.booking.id), render=booking_view)


@router.get("/v1/bookings/{booking_id}", responses=problems(404))
async def get_booking(booking_id: UUID, who: SignedIn, res: Res, bookings: Bookings) -> BookingView:
    """With the client secret for 3-D Secure while the owner must confirm."""
    return booking_view(await bookings.get(booking_id, who.person_id, at=res.clock.now()))


@router.get("/v1/bookings/{booking_id}/cancellation", responses=problems(404))
async def preview_cancellation(booking_id: UUID, who: OwnerOnly, res: Res, bookings: Bookings) -> Cancellation:
    """What calling it off would cost now, and until when."""
    booking, terms = await bookings.cancellation(booking_id, who.person_id, at=res.clock.now())
    return cancellation_view(booking, terms)


@router.post("/v1/bookings/{booking_id}/cancellation", responses=problems(404, 409, 503))
async def cancel_booking(
    booking_id: UUID, body: CancelBooking, who: OwnerOnly, res: Res, bookings: Bookings, running: Running, once: Once
) -> BookingView:
    """Judged at the workflow's own time. Other terms than `expected_fee` by then answer 409 `terms_changed`."""

    async def work() -> BookingView:
        booking, _ = await bookings.cancellation(booking_id, who.person_id, at=res.clock.now())
        if body.expected_fee.currency != booking.currency:
            raise Conflict(f"This booking is in {booking.currency}", code="terms_changed")
        payload = CancelBookingCommand(
            actor_id=who.person_id, reason=body.reason, expected_fee=body.expected_fee.amount
        )
        await command(
            running, bookings, booking_id=booking_id, name="cancel", payload=payload, update_id=once.fingerprint
        )
        return booking_view(await bookings.get(booking_id, who.person_id, at=res.clock.now()))

    return await once.run(work)


@router.post("/v1/bookings/{booking_id}/end-early", responses=problems(404, 409, 503))
async def end_early(
    booking_id: UUID, who: OwnerOnly, res: Res, bookings: Bookings, running: Running, once: Once
) -> BookingView:
    """Asks the walker to bring the dog home and finish. The greater of half and the walked part is charged."""

    async def work() -> BookingView:
        await bookings.owned(booking_id, who.person_id)
        payload = CommandByOwner(owner_id=who.person_id)
        await command(
            running, bookings, booking_id=booking_id, name="end_early", payload=payload, update_id=once.fingerprint
        )
        return booking_view(await bookings.get(booking_id, who.person_id, at=res.clock.now()))

    return await once.run(work)
