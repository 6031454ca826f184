"""A walker's word against a strike, decided by support."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.deps import Res, SupportOnly
from api.errors import problems
from api.idempotency import Once
from api.record_rendering import record_view
from api.routers.record import Heard
from api.schemas.record import WalkerRecord
from api.schemas.support_deeds import AppealDecision
from dogwalk.services.appeal import Ruling

router = APIRouter(tags=["support"])


@router.post("/v1/support/strikes/{strike_id}/decision", responses=problems(403, 404, 409))
async def decide_appeal(
    strike_id: UUID, body: AppealDecision, who: SupportOnly, res: Res, appeals: Heard, once: Once
) -> WalkerRecord:
    """The walker's record as it then stands; she is told. Not by who appealed (403 `second_person_required`). 404 where
    nobody appealed; 409 `appeal_decided`, and `strike_withdrawn` for keeping one that is off her record.
    """
    ruling = Ruling(is_lifted=body.decision == "lift", reason=body.reason, by=who.person_id)

    async def work() -> WalkerRecord:
        return record_view(await appeals.decide(strike_id, ruling, at=res.clock.now()))

    return await once.run(work)
