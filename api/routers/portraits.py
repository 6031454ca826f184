"""The photo of a dog, and of myself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.addresses import address
from api.deps import OwnerOnly, Res, SignedIn
from api.errors import problems
from api.schemas.photo import PhotoAddress
from api.upload import PHOTO_BODY, Uploaded
from dogwalk.services.photo.portrait import Portraits

router = APIRouter(tags=["household"])
mine = APIRouter(tags=["auth"])


async def _portraits(res: Res) -> Portraits:
    return Portraits(database=res.database, shelf=res.photo_shelf)


Hung = Annotated[Portraits, Depends(_portraits)]


@router.put("/v1/dogs/{dog_id}/photo", openapi_extra=PHOTO_BODY, responses=problems(404))
async def set_dog_photo(dog_id: UUID, who: OwnerOnly, res: Res, portraits: Hung, photo: Uploaded) -> PhotoAddress:
    """Multipart field `file`, as for a photo of a walk; in place of the one before. 422 `photo_missing`,
    `photo_type_unknown`, `photo_too_many_pixels`, `photo_unreadable`.
    """
    return await address(res, await portraits.of_dog(who.person_id, dog_id, photo, at=res.clock.now()))


@router.get("/v1/dogs/{dog_id}/photo", responses=problems(404))
async def get_dog_photo(dog_id: UUID, who: SignedIn, res: Res, portraits: Hung) -> PhotoAddress:
    """Its owner, and a walker who is to walk it, until 24 h after the end."""
    return await address(res, await portraits.dog_as_seen(dog_id, who.person_id, at=res.clock.now()))


@mine.put("/v1/me/photo", openapi_extra=PHOTO_BODY)
async def set_my_photo(who: SignedIn, res: Res, portraits: Hung, photo: Uploaded) -> PhotoAddress:
    """As for a dog. Owners see a walker's on her card."""
    return await address(res, await portraits.of_person(who.person_id, photo, at=res.clock.now()))
