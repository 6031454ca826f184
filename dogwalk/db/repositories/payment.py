"""Holds, refunds and payouts as we know them; Stripe is asked before anything is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.payment import Payment, Payout, Refund
from dogwalk.domain.payment import PaymentKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def reserve(session: AsyncSession, **fields: Any) -> tuple[Payment, bool]:
    """The hold's row, written before Stripe is called, and whether it is new. A repeat finds it by its key."""
    created = await session.scalar(
        insert(Payment)
        .values({"id": uuid7(), "status": "unknown"} | fields)
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(Payment)
    )
    if created is not None:
        return created, True
    key = fields["idempotency_key"]
    return (await session.scalars(select(Payment).where(Payment.idempotency_key == key))).one(), False


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[Payment]:
    """Of every kind, oldest first."""
    statement = select(Payment).where(Payment.booking_id == booking_id)
    return (await session.scalars(statement.order_by(Payment.created_at, Payment.number))).all()


async def holds_of(session: AsyncSession, booking_id: UUID) -> Sequence[Payment]:
    """Of the service, in the order they were tried."""
    statement = select(Payment).where(Payment.booking_id == booking_id, Payment.kind == PaymentKind.SERVICE)
    return (await session.scalars(statement.order_by(Payment.number))).all()


async def by_number(
    session: AsyncSession, booking_id: UUID, number: int, *, kind: PaymentKind = PaymentKind.SERVICE
) -> Payment | None:
    """A hold, unless another kind is asked for."""
    return await session.scalar(
        select(Payment).where(Payment.booking_id == booking_id, Payment.kind == kind, Payment.number == number)
    )


async def get(session: AsyncSession, payment_id: UUID) -> Payment:
    return await session.get_one(Payment, payment_id)


async def tips_of(session: AsyncSession, booking_id: UUID) -> Sequence[Payment]:
    """In the order they were given, those that came to nothing too."""
    statement = select(Payment).where(Payment.booking_id == booking_id, Payment.kind == PaymentKind.TIP)
    return (await session.scalars(statement.order_by(Payment.number))).all()


async def debts_of(session: AsyncSession, owner_id: UUID) -> Sequence[Payment]:
    """What this owner still owes, oldest first."""
    open_ones = (Payment.kind == PaymentKind.DEBT, Payment.amount_captured < Payment.amount)
    statement = _owned_by(owner_id).where(*open_ones)
    return (await session.scalars(statement.order_by(Payment.created_at))).all()


async def for_owner(session: AsyncSession, payment_id: UUID, owner_id: UUID) -> Payment | None:
    return await session.scalar(_owned_by(owner_id).where(Payment.id == payment_id))


async def page_for(
    session: AsyncSession,
    owner_id: UUID,
    *,
    booking_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Payment]:
    """Newest first. `before` is the last row of the page already seen, as (created_at, id)."""
    statement = _owned_by(owner_id)
    if booking_id:
        statement = statement.where(Payment.booking_id == booking_id)
    if before:
        statement = statement.where(func.row(Payment.created_at, Payment.id) < func.row(*before))
    ordered = statement.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


def _owned_by(owner_id: UUID) -> Select[Payment]:
    return select(Payment).join(Booking, Booking.id == Payment.booking_id).where(Booking.owner_id == owner_id)


async def by_intent(session: AsyncSession, payment_intent_id: str) -> Payment | None:
    return await session.scalar(select(Payment).where(Payment.payment_intent_id == payment_intent_id))


async def debt_asked_for_under(session: AsyncSession, key: str) -> Payment | None:
    statement = select(Payment).where(Payment.idempotency_key == key, Payment.kind == PaymentKind.DEBT)
    return await session.scalar(statement)


async def record(session: AsyncSession, payment_id: UUID, **fields: Any) -> None:
    await session.execute(
        update(Payment).where(Payment.id == payment_id).values(**fields).execution_options(synchronize_session=False)
    )


async def add_refund(session: AsyncSession, **fields: Any) -> None:
    """A refund is booked once by its key; the later try only says that it is paid."""
    statement = insert(Refund).values(id=uuid7(), **fields)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["idempotency_key"]))


async def captured_of(session: AsyncSession, booking_id: UUID) -> Payment | None:
    """The hold that the service was paid from."""
    statement = select(Payment).where(Payment.booking_id == booking_id, Payment.kind == PaymentKind.SERVICE)
    return await session.scalar(statement.where(Payment.amount_captured > 0).order_by(Payment.number).limit(1))


async def put_due_refund(
    session: AsyncSession,
    payment: Payment,
    *,
    idempotency_key: str,
    amount: int,
    reason: str,
    funded_by: str,
    at: datetime,
) -> None:
    """What is due under this key, as long as it is not paid; none is due of nothing."""
    if not amount:
        await session.execute(delete(Refund).where(Refund.idempotency_key == idempotency_key, Refund.state == "due"))
        return
    said = {"amount": amount, "reason": reason, "funded_by": funded_by}
    statement = insert(Refund).values(
        id=uuid7(),
        booking_id=payment.booking_id,
        payment_id=payment.id,
        idempotency_key=idempotency_key,
        currency=payment.currency,
        state="due",
        created_at=at,
        **said,
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["idempotency_key"], set_=said, where=Refund.state == "due")
    )


async def refunds_of(session: AsyncSession, booking_id: UUID) -> Sequence[Refund]:
    return (await session.scalars(select(Refund).where(Refund.booking_id == booking_id))).all()


async def add_payout(session: AsyncSession, **fields: Any) -> None:
    statement = insert(Payout).values(id=uuid7(), **fields)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["booking_id", "assignment_no"]))


async def put_payout(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, from_charge: int, from_platform: int, **new: Any
) -> None:
    """The walker's pay is another than was booked, as long as it is not under way; void when there is none. `new`: what
    else a payout holds that was not booked before.
    """
    state = "due" if from_charge + from_platform else "void"
    amounts = {"amount_from_charge": from_charge, "amount_from_platform": from_platform}
    statement = insert(Payout).values(
        id=uuid7(), booking_id=booking_id, assignment_no=assignment_no, state=state, **amounts, **new
    )
    kept_held = case((Payout.state == "held", Payout.state), else_=statement.excluded.state)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["booking_id", "assignment_no"],
            set_={**amounts, "state": kept_held},
            where=Payout.state.in_(("due", "void", "held")),
        )
    )


async def begin_payout(session: AsyncSession, booking_id: UUID, assignment_no: int) -> Payout | None:
    """Due → paying, in a commit of its own before Stripe is called; one that is under way or paid is answered as it is. None
    when there is nothing to pay. It stays due while nobody knows whether a refund goes out of it.
    """
    match = (Payout.booking_id == booking_id, Payout.assignment_no == assignment_no)
    # Locked first: a refund set aside just now is seen below.
    await session.execute(select(Payout.id).where(*match).with_for_update())
    undecided = select(Refund.id).where(
        Refund.booking_id == booking_id, Refund.state == "due", Refund.from_walker > 0, ~Refund.walker_sent
    )
    await session.execute(
        update(Payout)
        .where(*match, Payout.state == "due", ~undecided.exists())
        .values(state="paying")
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(select(Payout).where(*match, Payout.state != "void"))


async def transferred(session: AsyncSession, payout_id: UUID, column: str, transfer_id: str) -> None:
    """One part of the payout, in its own `column`."""
    await _change_payout(session, payout_id, {column: transfer_id})


async def paid_out(session: AsyncSession, payout_id: UUID, *, at: datetime) -> None:
    await _change_payout(session, payout_id, {"state": "paid", "paid_at": at})


async def _change_payout(session: AsyncSession, payout_id: UUID, values: dict[str, Any]) -> None:
    statement = update(Payout).where(Payout.id == payout_id).values(values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def payouts_of(session: AsyncSession, booking_id: UUID) -> Sequence[Payout]:
    return (await session.scalars(select(Payout).where(Payout.booking_id == booking_id))).all()
