"""How the assigned walker gets in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.schemas.home import AccessShown
from dogwalk.services.household.access import AccessCodes

router = APIRouter(tags=["booking"])


async def _codes(res: Res) -> AccessCodes:
    return AccessCodes(database=res.database, vault=res.vault)


@router.post("/v1/bookings/{booking_id}/access-code", responses=problems(404, 409))
async def show_access_code(
    booking_id: UUID, who: WalkerOnly, res: Res, codes: Annotated[AccessCodes, Depends(_codes)], once: Once
) -> AccessShown:
    """From when the walk may be started until its end. Each time is written down and told to the owner; a repeat under
    the same key is judged anew, told no second time unless the owner has changed it, and its answer is kept nowhere. 409
    `too_early`, `no_access_code`.
    """

    async def nothing_kept(_: UUID) -> None:
        """The key alone is: what it names is shown below, each time anew."""

    reveal_id = await once.make(nothing_kept)
    access = await codes.show(reveal_id, booking_id=booking_id, walker_id=who.person_id, at=res.clock.now())
    return AccessShown(kind=access.kind, code=access.code, notes=access.notes)
