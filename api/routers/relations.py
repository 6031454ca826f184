"""Whom I would like to have again, and whom never."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res, WalkerOnly
from api.errors import problems
from api.running import Running
from api.schemas.relation import Blocked
from dogwalk.services.relation import Relations

router = APIRouter(tags=["walker"])


async def _relations(res: Res, running: Running) -> Relations:
    return Relations(database=res.database, running=running)


Kept = Annotated[Relations, Depends(_relations)]


@router.put("/v1/walkers/{walker_id}/favourite", status_code=204, responses=problems(404))
async def favour_walker(walker_id: UUID, who: OwnerOnly, res: Res, relations: Kept) -> None:
    await relations.favour(who.person_id, walker_id, at=res.clock.now())


@router.delete("/v1/walkers/{walker_id}/favourite", status_code=204, responses=problems(404))
async def unfavour_walker(walker_id: UUID, who: OwnerOnly, relations: Kept) -> None:
    await relations.unfavour(who.person_id, walker_id)


@router.put("/v1/walkers/{walker_id}/block", responses=problems(404))
async def block_walker(walker_id: UUID, who: OwnerOnly, res: Res, relations: Kept) -> Blocked:
    """She is not asked for my walks any more and can accept none, what is open is taken back. A walk she has stays hers
    until one of us calls it off: these are named.
    """
    return Blocked(still_agreed=list(await relations.block_walker(who.person_id, walker_id, at=res.clock.now())))


@router.delete("/v1/walkers/{walker_id}/block", status_code=204, responses=problems(404))
async def unblock_walker(walker_id: UUID, who: OwnerOnly, relations: Kept) -> None:
    await relations.unblock_walker(who.person_id, walker_id)


@router.put("/v1/bookings/{booking_id}/block-owner", responses=problems(404))
async def block_owner(booking_id: UUID, who: WalkerOnly, res: Res, relations: Kept) -> Blocked:
    """I am not asked for this owner's walks any more; one that I have stays mine until I withdraw: these are named."""
    return Blocked(still_agreed=list(await relations.block_owner(who.person_id, booking_id, at=res.clock.now())))


@router.delete("/v1/bookings/{booking_id}/block-owner", status_code=204, responses=problems(404))
async def unblock_owner(booking_id: UUID, who: WalkerOnly, relations: Kept) -> None:
    await relations.unblock_owner(who.person_id, booking_id)
