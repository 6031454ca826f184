"""The fences around an owner's home: where a walk is at home, where the dog is safe, and where it must not go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.geofence import CircleShape, GeofenceChange, GeofenceView, NewGeofence, PolygonShape
from dogwalk.domain.fence import Circle, FenceKind, Polygon
from dogwalk.services.household.geofence import Geofences

if TYPE_CHECKING:
    from dogwalk.db.models.household import Geofence

router = APIRouter(tags=["tracking"])


async def _geofences(res: Res) -> Geofences:
    return Geofences(database=res.database)


Mine = Annotated[Geofences, Depends(_geofences)]


@router.post("/v1/homes/{home_id}/geofences", status_code=201, responses=problems(409))
async def add_geofence(
    home_id: UUID, body: NewGeofence, who: OwnerOnly, res: Res, fences: Mine, once: Once
) -> GeofenceView:
    """Counts for walks that begin after it. 409 `too_many_geofences` past 10, `home_fence_exists`; 422 `polygon_invalid`,
    `fence_too_far`, `home_needs_circle`, `home_fence_too_narrow`.
    """

    async def work(fence_id: UUID) -> GeofenceView:
        area = _area(body.circle, body.polygon)
        assert area is not None  # noqa: S101 the schema's promise
        added = await fences.add(
            who.person_id,
            home_id,
            fence_id,
            name=body.name,
            kind=FenceKind(body.kind),
            area=area,
            at=res.clock.now(),
        )
        return _view(added)

    return await once.create(work)


@router.get("/v1/homes/{home_id}/geofences")
async def list_geofences(home_id: UUID, who: OwnerOnly, fences: Mine, page: PageQuery) -> Page[GeofenceView]:
    """Newest first."""
    after = page.after[1] if page.after else None
    found = await fences.page(who.person_id, home_id, limit=page.limit + 1, after=after)
    return page.of(found, key=lambda fence: (fence.created_at, fence.id), render=_view)


@router.get("/v1/homes/{home_id}/geofences/{fence_id}")
async def get_geofence(home_id: UUID, fence_id: UUID, who: OwnerOnly, fences: Mine) -> GeofenceView:
    return _view(await fences.get(who.person_id, home_id, fence_id))


@router.patch("/v1/homes/{home_id}/geofences/{fence_id}")
async def change_geofence(
    home_id: UUID, fence_id: UUID, body: GeofenceChange, who: OwnerOnly, fences: Mine
) -> GeofenceView:
    """Name or shape; a walk under way keeps the old one. 422 as for a new fence."""
    area = _area(body.circle, body.polygon)
    return _view(await fences.change(who.person_id, home_id, fence_id, name=body.name, area=area))


@router.delete("/v1/homes/{home_id}/geofences/{fence_id}", status_code=204)
async def delete_geofence(home_id: UUID, fence_id: UUID, who: OwnerOnly, fences: Mine) -> None:
    """A walk under way keeps it."""
    await fences.delete(who.person_id, home_id, fence_id)


def _area(circle: CircleShape | None, polygon: PolygonShape | None) -> Circle | Polygon | None:
    if circle is not None:
        return Circle(circle.lat, circle.lon, circle.radius_m)
    return Polygon(tuple(polygon.coordinates[0][:-1])) if polygon is not None else None


def _view(fence: Geofence) -> GeofenceView:
    return GeofenceView(
        id=fence.id,
        name=fence.name,
        kind=fence.kind,
        circle=CircleShape(**fence.circle) if fence.circle else None,
        polygon=_geojson(fence.polygon) if fence.polygon else None,
        created_at=fence.created_at,
    )


def _geojson(stored: dict[str, Any]) -> PolygonShape:
    corners = [(lon, lat) for lon, lat in stored["corners"]]
    return PolygonShape(type="Polygon", coordinates=[[*corners, corners[0]]])
