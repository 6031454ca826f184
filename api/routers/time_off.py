"""The hours a walker takes for herself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.walker import TimeOffChange, TimeOffView
from dogwalk.services.walker import TimesOff

if TYPE_CHECKING:
    from dogwalk.db.models.walker import WalkerCalendar

router = APIRouter(tags=["walker"])


async def _times_off(res: Res) -> TimesOff:
    return TimesOff(database=res.database)


Mine = Annotated[TimesOff, Depends(_times_off)]


@router.post("/v1/walkers/me/time-off", status_code=201, responses=problems(409))
async def take_time_off(body: TimeOffChange, who: WalkerOnly, res: Res, times_off: Mine, once: Once) -> TimeOffView:
    """No walk can fall into it. 409 `walker_conflict` where one stands already; 422 `ends_before_start`."""

    async def work(time_off_id: UUID) -> TimeOffView:
        now = res.clock.now()
        return _view(await times_off.add(who.person_id, time_off_id=time_off_id, **body.model_dump(), at=now))

    return await once.create(work)


@router.get("/v1/walkers/me/time-off")
async def list_time_off(who: WalkerOnly, times_off: Mine, page: PageQuery) -> Page[TimeOffView]:
    """The newest entry first."""
    after = page.after[1] if page.after else None
    found = await times_off.page(who.person_id, limit=page.limit + 1, after=after)
    return page.of(found, key=lambda row: (row.created_at, row.id), render=_view)


@router.get("/v1/walkers/me/time-off/{time_off_id}", responses=problems(404))
async def get_time_off(time_off_id: UUID, who: WalkerOnly, times_off: Mine) -> TimeOffView:
    return _view(await times_off.get(who.person_id, time_off_id))


@router.put("/v1/walkers/me/time-off/{time_off_id}", responses=problems(404, 409))
async def move_time_off(time_off_id: UUID, body: TimeOffChange, who: WalkerOnly, times_off: Mine) -> TimeOffView:
    """409 `walker_conflict`; 422 `ends_before_start`."""
    return _view(await times_off.replace(who.person_id, time_off_id, **body.model_dump()))


@router.delete("/v1/walkers/me/time-off/{time_off_id}", status_code=204, responses=problems(404))
async def end_time_off(time_off_id: UUID, who: WalkerOnly, times_off: Mine) -> None:
    """Open again in these hours."""
    await times_off.delete(who.person_id, time_off_id)


def _view(row: WalkerCalendar) -> TimeOffView:
    return TimeOffView(
        id=row.id, starts_at=row.starts_at, ends_at=row.ends_at, note=row.note, created_at=row.created_at
    )
