"""What an owner pays: every payment of hers, what she still owes, and the way to pay it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.readers import Bookings
from api.running import Running, command
from api.schemas.base import Page
from api.schemas.money import Money
from api.schemas.payment import Balance, ConfirmAction, PaymentView, RetryPayment
from dogwalk.contracts.booking import UseCard
from dogwalk.domain.payment import PaymentKind
from dogwalk.errors import Conflict, InvalidInput
from dogwalk.services.payment import reading
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.debt import Debts
from dogwalk.services.payment.reading import PaymentReader

if TYPE_CHECKING:
    from dogwalk.db.models.payment import Payment

router = APIRouter(tags=["payment"])


async def _payments(res: Res) -> PaymentReader:
    return PaymentReader(database=res.database, gateway=res.payments)


async def _debts(res: Res) -> Debts:
    return Debts(database=res.database, charges=Charges(gateway=res.payments))


Payments = Annotated[PaymentReader, Depends(_payments)]


@router.get("/v1/payments")
async def list_payments(
    who: OwnerOnly, payments: Payments, page: PageQuery, booking_id: UUID | None = None
) -> Page[PaymentView]:
    """Of one booking of mine or of all, newest first."""
    found = await payments.page(who.person_id, booking_id=booking_id, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda row: (row.created_at, row.id), render=_row)


@router.get("/v1/payments/{payment_id}", responses=problems(404))
async def get_payment(payment_id: UUID, who: OwnerOnly, payments: Payments) -> PaymentView:
    """With the client secret for 3-D Secure while it must be confirmed."""
    return _view(await payments.get(payment_id, who.person_id))


@router.post("/v1/payments/{payment_id}/retry", responses=problems(404, 409, 503))
async def retry_payment(
    payment_id: UUID,
    body: RetryPayment,
    who: OwnerOnly,
    res: Res,
    payments: Payments,
    debts: Annotated[Debts, Depends(_debts)],
    bookings: Bookings,
    running: Running,
    once: Once,
) -> PaymentView:
    """With this card. A debt is paid at once, or asks for 3-D Secure; a service's hold is placed anew (the answer is then
    the try of before: the booking says how it goes on). What the bank says stands in `status`. 409 `already_paid`.
    """

    async def work() -> PaymentView:
        payment = await payments.owned(payment_id, who.person_id)
        belongs = await res.payments.card_belongs_to(
            customer_id=payment.customer_id, payment_method_id=body.payment_method_id
        )
        if not belongs:
            raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")
        if payment.kind == PaymentKind.DEBT:
            await debts.pay(
                payment, payment_method_id=body.payment_method_id, try_key=once.fingerprint, at=res.clock.now()
            )
        elif payment.kind == PaymentKind.SERVICE:
            payload = UseCard(payment_method_id=body.payment_method_id)
            await command(
                running,
                bookings,
                booking_id=payment.booking_id,
                name="use_card",
                payload=payload,
                update_id=once.fingerprint,
            )
        else:
            raise Conflict("A tip is given anew", code="not_retryable")
        return _view(await payments.get(payment_id, who.person_id))

    return await once.run(work)


@router.get("/v1/me/balance")
async def get_balance(who: OwnerOnly, payments: Payments) -> Balance:
    """What I still owe. Pay it by `POST /v1/payments/{id}/retry`."""
    debts = await payments.owed(who.person_id)
    owed: Counter[str] = Counter()
    for debt in debts:
        owed[debt.currency] += debt.amount - debt.amount_captured
    return Balance(
        owed=[Money(amount=amount, currency=currency) for currency, amount in sorted(owed.items())],
        payments=[_row(debt) for debt in debts],
    )


def _row(payment: Payment) -> PaymentView:
    return _view(reading.PaymentView(payment=payment))


def _view(view: reading.PaymentView) -> PaymentView:
    row, currency = view.payment, view.payment.currency
    return PaymentView(
        id=row.id,
        booking_id=row.booking_id,
        kind=PaymentKind(row.kind),
        status=row.status,
        amount=Money(amount=row.amount, currency=currency),
        captured=Money(amount=row.amount_captured, currency=currency),
        refunded=Money(amount=row.amount_refunded, currency=currency),
        payment_method_id=row.payment_method_id,
        decline_code=row.decline_code,
        payment_action=ConfirmAction(client_secret=view.client_secret) if view.client_secret else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
