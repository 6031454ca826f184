"""What support does to a booking. Each deed needs a reason and stands in the audit log; what moves money or people needs
a fresh second factor (403 `step_up_required`), and above the market's limit a second person.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from fastapi import APIRouter

from api.deps import Res
from api.desk import AtDesk
from api.errors import problems
from api.idempotency import Once
from api.schemas.money import Money
from api.schemas.support_deeds import (
    CancelDeed,
    CompleteDeed,
    DecidedApproval,
    Decision,
    Deed,
    ReassignDeed,
    RefundDeed,
    SupportAnswer,
    VerdictDeed,
)
from api.support_rendering import approval_view
from dogwalk.contracts.support import Complete, DecideVerdict, Reassign, RefundByHand, SupportCancel, SupportCommand
from dogwalk.domain.track.verdict import VerdictKind
from dogwalk.errors import Conflict

router = APIRouter(tags=["support"])


@router.post("/v1/support/bookings/{booking_id}/hold", responses=problems(404, 409, 503))
async def hold_booking(booking_id: UUID, body: Deed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Nothing goes on by itself until it is released: no offers, no deadline, no payout."""
    command = SupportCommand(reason=body.reason)
    return await once.run(lambda: desk.send(booking_id, "hold", command, update_id=once.fingerprint))


@router.post("/v1/support/bookings/{booking_id}/release", responses=problems(404, 409, 503))
async def release_booking(booking_id: UUID, body: Deed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Lets go of what `hold` held."""
    command = SupportCommand(reason=body.reason)
    return await once.run(lambda: desk.send(booking_id, "release", command, update_id=once.fingerprint))


@router.post("/v1/support/bookings/{booking_id}/release-incident", responses=problems(404, 409, 503))
async def release_incident(booking_id: UUID, body: Deed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Support has looked: capture and the walker's pay go on."""

    async def work() -> SupportAnswer:
        desk.check_step_up()
        command = SupportCommand(reason=body.reason)
        return await desk.send(booking_id, "release_incident", command, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/note", responses=problems(404, 409, 503))
async def add_note(booking_id: UUID, body: Deed, desk: AtDesk, once: Once) -> SupportAnswer:
    """For colleagues; its parties never see it."""
    command = SupportCommand(reason=body.reason)
    return await once.run(lambda: desk.send(booking_id, "note", command, update_id=once.fingerprint))


@router.post("/v1/support/bookings/{booking_id}/cancel", responses=problems(404, 409, 503))
async def cancel_as_support(booking_id: UUID, body: CancelDeed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Free of charge, or for a fee of which the walker has her part. 409 `wrong_state`, `no_hold`, `fee_out_of_range`,
    `wrong_currency`.
    """

    async def work() -> SupportAnswer:
        desk.check_step_up()
        fee = await _in_its_currency(desk, booking_id, body.fee)
        return await desk.send_or_ask(
            booking_id,
            "support_cancel",
            SupportCancel(reason=body.reason, fee=fee),
            amount=fee,
            update_id=once.fingerprint,
        )

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/reassign", responses=problems(404, 409, 503))
async def reassign_booking(booking_id: UUID, body: ReassignDeed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Takes the walk from its walker, with nothing on her record; another is looked for, the wished one first. 409
    `too_late` when nobody would be asked any more.
    """

    async def work() -> SupportAnswer:
        desk.check_step_up()
        command = Reassign(reason=body.reason, walker_id=body.walker_id)
        return await desk.send(booking_id, "reassign", command, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/complete", responses=problems(404, 409, 503))
async def complete_booking(booking_id: UUID, body: CompleteDeed, desk: AtDesk, once: Once) -> SupportAnswer:
    """The walk took place, though its walker could not say so; judged by its positions as any other."""

    async def work() -> SupportAnswer:
        desk.check_step_up()
        command = Complete(reason=body.reason, finished_at=body.finished_at, started_at=body.started_at)
        return await desk.send(booking_id, "complete", command, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/retry-payment", responses=problems(404, 409, 503))
async def retry_booking_payment(booking_id: UUID, body: Deed, desk: AtDesk, once: Once) -> SupportAnswer:
    """A hold, capture or payout that waits for its next try is tried now."""

    async def work() -> SupportAnswer:
        desk.check_step_up()
        command = SupportCommand(reason=body.reason)
        return await desk.send(booking_id, "retry_payment", command, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/refund", responses=problems(404, 409, 503))
async def refund_booking(booking_id: UUID, body: RefundDeed, desk: AtDesk, once: Once) -> SupportAnswer:
    """Before the walker is paid or after it, while the booking runs or once it is closed; what the bank sent back of an
    earlier one goes out first. 409 `nothing_captured`, `refund_too_large` (with what is `left`), `wrong_currency`.
    """

    async def work() -> SupportAnswer:
        desk.check_step_up()
        amount = await _in_its_currency(desk, booking_id, body.amount)
        command = RefundByHand(
            reason=body.reason,
            refund_id=uuid5(booking_id, once.fingerprint),
            amount=amount,
            funded_by=body.funded_by,
            claw_back=body.claw_back,
        )
        return await desk.send_or_ask(booking_id, "refund", command, amount=amount, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/bookings/{booking_id}/verdict", responses=problems(404, 409, 503))
async def decide_verdict(booking_id: UUID, body: VerdictDeed, desk: AtDesk, once: Once) -> SupportAnswer:
    """What a person made of the evidence; the last word on the walk. Money follows it: 409 `paid_back` where it has gone
    back already, `pay_under_way` where it would change the pay that is being sent, `wrong_state` once the booking is closed:
    then refund.
    """

    async def work() -> SupportAnswer:
        desk.check_step_up()
        command = DecideVerdict(reason=body.reason, verdict=body.verdict, served_s=body.served_s)
        amount = 0 if body.verdict is VerdictKind.SERVED else (await desk.reader.row(booking_id)).total
        return await desk.send_or_ask(booking_id, "verdict", command, amount=amount, update_id=once.fingerprint)

    return await once.run(work)


@router.post("/v1/support/approvals/{approval_id}", responses=problems(404, 409, 503))
async def decide_approval(approval_id: UUID, body: Decision, desk: AtDesk, res: Res, once: Once) -> DecidedApproval:
    """Never by who asked (403 `second_person_required`). Approved it is carried out at once; repeated by the same person
    until that is done. 409 `approval_decided`, `approval_expired`.
    """

    async def work() -> DecidedApproval:
        desk.check_step_up()
        is_approved = body.decision == "approve"
        decided = await desk.approvals.decide(
            approval_id, by=desk.who.person_id, is_approved=is_approved, reason=body.reason, at=res.clock.now()
        )
        if is_approved:
            await desk.carry_out(decided, update_id=once.fingerprint)
        return DecidedApproval(approval=approval_view(decided), booking=await desk.row(decided.booking_id))

    return await once.run(work)


async def _in_its_currency(desk: AtDesk, booking_id: UUID, money: Money | None) -> int:
    booking = await desk.reader.row(booking_id)
    if money is not None and money.currency != booking.currency:
        raise Conflict(f"This booking is in {booking.currency}", code="wrong_currency")
    return money.amount if money else 0
