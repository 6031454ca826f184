"""The owner's part in paying for a booking: another card, the end of 3-D Secure, the receipt."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse, Response

from api.accept import insisted
from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.readers import Bookings
from api.rendering import booking_view, receipt_view
from api.running import Running, command
from api.schemas.booking import BookingView, UseCard
from api.schemas.receipt import ReceiptView
from dogwalk.contracts.booking import CommandByOwner
from dogwalk.contracts.booking import UseCard as UseCardCommand
from dogwalk.errors import InvalidInput
from dogwalk.services.payment.receipt import Receipts
from dogwalk.services.payment.receipt_page import ReceiptPages
from dogwalk.services.payment.receipt_paper import ReceiptPapers

router = APIRouter(tags=["payment"])

JSON, HTML, PDF = "application/json", "text/html", "application/pdf"
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept"}
OTHER_FORMATS = {
    HTML: {"schema": {"type": "string"}},
    PDF: {"schema": {"type": "string", "format": "binary"}},
}


async def _receipts(res: Res) -> Receipts:
    return Receipts(database=res.database)


@router.put("/v1/bookings/{booking_id}/payment-method", responses=problems(404, 409, 503))
async def use_card(
    booking_id: UUID, body: UseCard, who: OwnerOnly, res: Res, bookings: Bookings, running: Running, once: Once
) -> BookingView:
    """After a decline: the hold is tried again with this card. Long before the walk: the hold will be placed with it."""

    async def work() -> BookingView:
        booking = await bookings.owned(booking_id, who.person_id)
        belongs = await res.payments.card_belongs_to(
            customer_id=booking.customer_id, payment_method_id=body.payment_method_id
        )
        if not belongs:
            raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")
        payload = UseCardCommand(payment_method_id=body.payment_method_id)
        await command(
            running, bookings, booking_id=booking_id, name="use_card", payload=payload, update_id=once.fingerprint
        )
        return booking_view(await bookings.get(booking_id, who.person_id, at=res.clock.now()))

    return await once.run(work)


@router.post("/v1/bookings/{booking_id}/confirm-payment", responses=problems(404, 409, 503))
async def confirm_payment(
    booking_id: UUID, who: OwnerOnly, res: Res, bookings: Bookings, running: Running, once: Once
) -> BookingView:
    """After 3-D Secure: Stripe is asked how the hold stands. Without this call its webhook does the same, later."""

    async def work() -> BookingView:
        await bookings.owned(booking_id, who.person_id)
        payload = CommandByOwner(owner_id=who.person_id)
        await command(
            running,
            bookings,
            booking_id=booking_id,
            name="confirm_payment",
            payload=payload,
            update_id=once.fingerprint,
        )
        return booking_view(await bookings.get(booking_id, who.person_id, at=res.clock.now()))

    return await once.run(work)


@router.get(
    "/v1/bookings/{booking_id}/receipt",
    response_model=ReceiptView,
    responses={200: {"content": OTHER_FORMATS}, **problems(404, 406, 409)},
)
async def get_receipt(
    booking_id: UUID,
    who: OwnerOnly,
    receipts: Annotated[Receipts, Depends(_receipts)],
    accept: Annotated[str | None, Header(max_length=1000, include_in_schema=False)] = None,
) -> Response:
    """JSON, HTML or PDF by `Accept`, once the service has ended; `transferred` follows when the walker is paid."""
    receipt, chosen = await receipts.get(booking_id, who.person_id), insisted(accept, (JSON, HTML, PDF))
    if chosen == HTML:
        return Response(ReceiptPages().render(receipt), media_type=HTML, headers=PRIVATE)
    if chosen == PDF:
        headers = {**PRIVATE, "Content-Disposition": f'inline; filename="receipt-{booking_id}.pdf"'}
        return Response(await ReceiptPapers().render(receipt), media_type=PDF, headers=headers)
    return JSONResponse(receipt_view(receipt).model_dump(mode="json"), headers=PRIVATE)
