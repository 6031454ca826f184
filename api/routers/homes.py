"""An owner's homes: where walks begin. How to get in is written here and read nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.readers import MarketsFound
from api.schemas.base import Page
from api.schemas.home import HomeChange, HomeView, NewHome
from dogwalk.services.household import home as household
from dogwalk.services.household.home import Homes

if TYPE_CHECKING:
    from api.schemas.home import Access
    from dogwalk.db.models.household import Home

router = APIRouter(tags=["household"])


async def _homes(res: Res, markets: MarketsFound) -> Homes:
    return Homes(database=res.database, vault=res.vault, markets=markets)


Mine = Annotated[Homes, Depends(_homes)]


@router.post("/v1/homes", status_code=201)
async def add_home(body: NewHome, who: OwnerOnly, res: Res, homes: Mine, once: Once) -> HomeView:
    """422 `area_not_served` where there are no walkers yet."""

    async def work(home_id: UUID) -> HomeView:
        added = await homes.add(
            who.person_id,
            home_id,
            label=body.label,
            address=body.address,
            lat=body.lat,
            lon=body.lon,
            access=_access(body.access),
            at=res.clock.now(),
        )
        return _view(added)

    return await once.create(work)


@router.get("/v1/homes")
async def list_homes(who: OwnerOnly, homes: Mine, page: PageQuery) -> Page[HomeView]:
    """Newest first."""
    after = page.after[1] if page.after else None
    found = await homes.page(who.person_id, limit=page.limit + 1, after=after)
    return page.of(found, key=lambda home: (home.created_at, home.id), render=_view)


@router.get("/v1/homes/{home_id}")
async def get_home(home_id: UUID, who: OwnerOnly, homes: Mine) -> HomeView:
    return _view(await homes.get(who.person_id, home_id))


@router.patch("/v1/homes/{home_id}", responses=problems(409))
async def change_home(home_id: UUID, body: HomeChange, who: OwnerOnly, homes: Mine) -> HomeView:
    """409 `home_in_use` for a move while a booking of it is not closed; 422 `area_not_served`."""
    change = household.HomeChange(
        label=body.label,
        address=body.address,
        lat=body.lat,
        lon=body.lon,
        access=_access(body.access),
        forgets_access="access" in body.model_fields_set and body.access is None,
    )
    return _view(await homes.change(who.person_id, home_id, change))


@router.delete("/v1/homes/{home_id}", status_code=204, responses=problems(409))
async def delete_home(home_id: UUID, who: OwnerOnly, res: Res, homes: Mine) -> None:
    """How to get in is forgotten at once. 409 `home_in_use` while a booking of it is not closed."""
    await homes.delete(who.person_id, home_id, at=res.clock.now())


def _access(given: Access | None) -> household.Access | None:
    return household.Access(kind=given.kind, code=given.code, notes=given.notes) if given else None


def _view(home: Home) -> HomeView:
    return HomeView(
        id=home.id,
        label=home.label,
        address=home.address,
        area=home.area_name,
        lat=home.lat,
        lon=home.lon,
        time_zone=home.time_zone,
        market=home.market_id,
        has_access=home.access_kind is not None,
        created_at=home.created_at,
    )
