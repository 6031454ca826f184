"""Claims decided by support: what is granted is refunded first, then the claim is closed and the pay goes on."""

from __future__ import annotations

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
from dogwalk.services.payment.support_refund import is_refunded

router = APIRouter(tags=["support"])
FOR_CLAIM = "claim"


@router.post("/v1/support/claims/{claim_id}/decision", responses=problems(404, 409, 503))
async def decide_claim(
    claim_id: UUID, body: ClaimDecision, desk: AtDesk, res: Res, claims: Made, running: RunningClaims, once: Once
) -> ClaimView:
    """Nothing granted rejects it. Above what one person may move alone the refund waits for a second one (409
    `approval_pending`): once it is approved, the same decision is sent again. 409 `claim_decided`, `refund_too_large`.
    """

    async def work() -> ClaimView:
        desk.check_step_up()
        claim = await claims.get(claim_id)
        if body.granted.currency != claim.currency:
            raise Conflict(f"This booking is in {claim.currency}", code="wrong_currency")
        if claim.state == "open" and body.granted.amount:
            await _refund(desk, res, claim.booking_id, claim_id, body)
        if claim.state != "open":  # an earlier try may have decided it and told nobody
            await running.decided(claim_id)
        granted, by = body.granted.amount, desk.who.person_id
        decided = await claims.decide(claim_id, granted=granted, by=by, reason=body.reason, at=res.clock.now())
        await running.decided(claim_id)
        return claim_view(decided)

    return await once.run(work)


async def _refund(desk: AtDesk, res: Res, booking_id: UUID, claim_id: UUID, body: ClaimDecision) -> None:
    """Under the claim's own id: decided twice it is paid once."""
    refund_id, amount = uuid5(claim_id, FOR_CLAIM), body.granted.amount
    async with res.database.transaction() as session:
        if await is_refunded(session, booking_id, refund_id):
            return
    command = RefundByHand(reason=body.reason, refund_id=refund_id, amount=amount, claw_back=True)
    answer = await desk.send_or_ask(booking_id, "refund", command, amount=amount, update_id=f"claim-{claim_id}")
    if answer.approval is not None:
        raise Conflict("A second person must approve the refund first", code="approval_pending")
