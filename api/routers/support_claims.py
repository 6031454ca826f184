"""Claims decided by support: what is granted is refunded first, then the claim is closed and the pay goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from fastapi import APIRouter

from api.deps import Res
from api.desk import AtDesk
from api.errors import problems
from api.idempotency import Once
from api.routers.afterwards import Made, RunningClaims, claim_view
from api.schemas.afterwards import ClaimDecision, ClaimView
from dogwalk.contracts.support import RefundByHand
from dogwalk.errors import Conflict
from dogwalk.services.payment.support_refund import standing

if TYPE_CHECKING:
    from dogwalk.db.models.afterwards import Claim

router = APIRouter(tags=["support"])
FOR_CLAIM = "claim"


@router.post("/v1/support/claims/{claim_id}/decision", responses=problems(404, 409, 503))
async def decide_claim(
    claim_id: UUID, body: ClaimDecision, desk: AtDesk, res: Res, claims: Made, running: RunningClaims, once: Once
) -> ClaimView:
    """Nothing granted rejects it. Above what one person may move alone the refund waits for a second one (409
    `approval_pending`): once it is approved, the same decision is sent again, and no other is taken meanwhile or (409
    `claim_refunded`) afterwards. 409 `claim_decided`, `refund_too_large`.
    """

    async def work() -> ClaimView:
        desk.check_step_up()
        claim = await claims.get(claim_id)
        await desk.refuse_own(claim.booking_id)
        if body.granted.currency != claim.currency:
            raise Conflict(f"This booking is in {claim.currency}", code="wrong_currency")
        if claim.state == "open":
            await _refund(desk, res, claim, body, update_id=once.fingerprint)
        else:  # an earlier try may have decided it and told nobody
            await running.decided(claim_id)
        granted, by = body.granted.amount, desk.who.person_id
        decided = await claims.decide(claim_id, granted=granted, by=by, reason=body.reason, at=res.clock.now())
        await running.decided(claim_id)
        return claim_view(decided)

    return await once.run(work)


async def _refund(desk: AtDesk, res: Res, claim: Claim, body: ClaimDecision, *, update_id: str) -> None:
    """Under the claim's own id: decided twice it is paid once. The command is each decision's own: one that was refused says
    nothing of the next.
    """
    booking_id, refund_id, amount = claim.booking_id, uuid5(claim.id, FOR_CLAIM), body.granted.amount
    async with res.database.transaction() as session:
        made = await standing(session, booking_id, refund_id)
    if made is not None and made.amount != amount:
        raise Conflict("Its refund goes out: grant as much", code="claim_refunded", refunded=made.amount)
    if made is not None and made.paid_at is not None:
        return
    if await desk.approvals.awaits_refund(booking_id, refund_id, at=res.clock.now()):
        raise Conflict("A second person must decide about the refund first", code="approval_pending")
    if not amount:
        return
    command = RefundByHand(reason=body.reason, refund_id=refund_id, amount=amount, claw_back=True)
    answer = await desk.send_or_ask(booking_id, "refund", command, amount=amount, update_id=update_id)
    if answer.approval is not None:
        raise Conflict("A second person must approve the refund first", code="approval_pending")
