"""Walkers as others find them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.addresses import addresses
from api.deps import OwnerOnly, Res, SignedIn
from api.errors import problems
from api.readers import MarketsFound
from api.schemas.base import Page
from api.schemas.moment import Moment
from api.schemas.walker import Latitude, Longitude
from api.schemas.walker_search import FreeSlot, FreeSlots, WalkerCard, WalkerFound
from dogwalk.services.walker_search import Place, WalkerSearch

if TYPE_CHECKING:
    from api.schemas.photo import PhotoAddress
    from dogwalk.services.walker_search import Card

router = APIRouter(tags=["walker"])

Duration = Annotated[int, Query(ge=300, le=4 * 3600, examples=[1800])]


async def _search(res: Res, markets: MarketsFound) -> WalkerSearch:
    return WalkerSearch(database=res.database, markets=markets)


Search = Annotated[WalkerSearch, Depends(_search)]


@router.get("/v1/walkers")
async def find_walkers(
    who: OwnerOnly,
    res: Res,
    search: Search,
    lat: Annotated[Latitude, Query()],
    lon: Annotated[Longitude, Query()],
    starts_at: Annotated[Moment, Query()],
    duration_s: Duration,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most")] = 20,
) -> Page[WalkerFound]:
    """Who could come, the best first; one page. 422 `area_not_served`."""
    length = timedelta(seconds=duration_s)
    place = Place(viewer_id=who.person_id, lat=lat, lon=lon, starts_at=starts_at, duration=length)
    found = await search.near(place, limit=limit, at=res.clock.now())
    faces = await addresses(res, [one.card.photo_key for one in found])
    return Page(
        items=[
            WalkerFound(
                walker=_card(one.card, faces.get(one.card.photo_key)), distance_m=one.distance_m, score=one.score
            )
            for one in found
        ]
    )


@router.get("/v1/walkers/{walker_id}", responses=problems(404))
async def get_walker(walker_id: UUID, who: SignedIn, res: Res, search: Search) -> WalkerCard:
    card = await search.card(who.person_id, walker_id)
    faces = await addresses(res, [card.photo_key])
    return _card(card, faces.get(card.photo_key))


@router.get("/v1/walkers/{walker_id}/slots", responses=problems(404))
async def get_walker_slots(
    walker_id: UUID,
    who: SignedIn,
    res: Res,
    search: Search,
    from_: Annotated[Moment, Query(alias="from")],
    to: Annotated[Moment, Query()],
    duration_s: Duration,
) -> FreeSlots:
    """When a walk could start; 14 days at most. 422 `ends_before_start`, `span_too_long`."""
    length = timedelta(seconds=duration_s)
    starts = await search.slots(who.person_id, walker_id, from_=from_, to=to, duration=length, at=res.clock.now())
    return FreeSlots(items=[FreeSlot(starts_at=start, ends_at=start + length) for start in starts])


def _card(card: Card, photo: PhotoAddress | None) -> WalkerCard:
    walker = card.walker
    return WalkerCard(
        id=walker.person_id,
        first_name=card.first_name,
        bio=walker.bio,
        rating=walker.rating,
        reviews=walker.reviews,
        late_cancels=walker.late_cancels,
        max_dogs=walker.max_dogs,
        max_dog_weight_kg=walker.max_dog_weight_kg,
        favourite=card.is_favourite,
        blocked=card.is_blocked,
        photo=photo,
    )
