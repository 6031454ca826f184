"""What stands on my record as a walker, and my word against it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.record_rendering import record_view
from api.schemas.record import NewAppeal, WalkerRecord
from dogwalk.services.appeal import Appeals

router = APIRouter(tags=["walker"])


async def _appeals(res: Res) -> Appeals:
    return Appeals(database=res.database)


Heard = Annotated[Appeals, Depends(_appeals)]


@router.get("/v1/walkers/me/record")
async def get_record(who: WalkerOnly, appeals: Heard) -> WalkerRecord:
    """Late cancels, no-shows, and until when I get no requests."""
    return record_view(await appeals.record(who.person_id))


@router.post("/v1/walkers/me/record/{strike_id}/appeal", status_code=201, responses=problems(404, 409))
async def appeal(
    strike_id: UUID, body: NewAppeal, who: WalkerOnly, res: Res, appeals: Heard, once: Once
) -> WalkerRecord:
    """Once, as long as it counts (30 days): support decides. What it blocks it goes on blocking until then. 409
    `already_appealed`, `strike_withdrawn`, `window_closed`.
    """

    async def work(appeal_id: UUID) -> WalkerRecord:
        made = await appeals.make(
            appeal_id, strike_id=strike_id, walker_id=who.person_id, reason=body.reason, at=res.clock.now()
        )
        return record_view(made)

    return await once.create(work)
