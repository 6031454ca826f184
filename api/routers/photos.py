"""Photos: of a walk by its walker, of a dog, of myself. Cleaned of where they were taken, read through signed addresses."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn, WalkerOnly
from api.errors import problems
from api.rendering import photo_view
from api.schemas.photo import Photo, Photos
from api.upload import PHOTO_BODY, OnceUploaded, Uploaded
from dogwalk.services.photo.walk import WalkPhotos

router = APIRouter(tags=["booking"])


async def _walk_photos(res: Res) -> WalkPhotos:
    return WalkPhotos(database=res.database, store=res.objects, shelf=res.photo_shelf)


OfWalks = Annotated[WalkPhotos, Depends(_walk_photos)]


@router.post(
    "/v1/bookings/{booking_id}/photos", status_code=201, openapi_extra=PHOTO_BODY, responses=problems(404, 409)
)
async def add_photo(
    booking_id: UUID, who: WalkerOnly, res: Res, photos: OfWalks, photo: Uploaded, once: OnceUploaded
) -> Photo:
    """Multipart field `file`: JPEG, PNG or HEIC by its content, at most 10 MB. From on the way, or 15 min before the start,
    until 24 h after the end. It is kept as a JPEG, upright, without position or any other word of the camera's. A
    repeat under the same key answers with a fresh address. 409 `too_early`, `window_closed`, `too_many_photos`; 422
    `photo_missing`, `photo_type_unknown`, `photo_too_many_pixels`, `photo_unreadable`.
    """

    async def work(photo_id: UUID) -> None:
        await photos.add(photo_id, photo, booking_id=booking_id, walker_id=who.person_id, at=res.clock.now())

    photo_id = await once.make(work)
    return photo_view(await photos.one(photo_id, booking_id, who.person_id))


@router.get("/v1/bookings/{booking_id}/photos")
async def list_photos(booking_id: UUID, who: SignedIn, photos: OfWalks) -> Photos:
    """The owner sees all, a walker her own, also after another took over. Addresses live for minutes: ask again."""
    return Photos(items=[photo_view(one) for one in await photos.of_booking(booking_id, who.person_id)])
