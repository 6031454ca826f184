"""Heat, storm, outage: one deed for every booking of an area, tried dry first."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Principal, Res, SupportOnly
from api.desk import AtDesk
from api.errors import problems
from api.idempotency import Once
from api.running import Running
from api.schemas.support_areas import AreaActionRequest, AreaActionView
from api.support_rendering import area_action_view
from dogwalk.domain.area_action import AreaActionKind
from dogwalk.errors import InvalidInput
from dogwalk.services.support.areas import AreaActions, NewAreaAction
from dogwalk.services.support.grants import Grants

router = APIRouter(tags=["support"])


async def _areas(res: Res, running: Running) -> AreaActions:
    return AreaActions(database=res.database, running=running, grants=Grants(vault=res.vault))


Areas = Annotated[AreaActions, Depends(_areas)]


@router.post("/v1/support/areas/actions", responses=problems(404, 409))
async def act_on_area(body: AreaActionRequest, desk: AtDesk, areas: Areas, res: Res, once: Once) -> AreaActionView:
    """A plan changes nothing and says what would be done to whom. With its `dry_run_id` exactly that is done: needs
    step-up. Walks under way, and who is over, are never cancelled. 409 `dry_run_expired` after an hour.
    """

    async def work() -> AreaActionView:
        if body.dry_run_id is None:
            return area_action_view(await areas.plan(_plan(body, desk.who), at=res.clock.now()))
        desk.check_step_up()
        done = await areas.execute(body.dry_run_id, by=desk.who.person_id, reason=body.reason, at=res.clock.now())
        return area_action_view(done)

    return await once.run(work)


@router.get("/v1/support/areas/actions/{action_id}", responses=problems(404))
async def get_area_action(action_id: UUID, _: SupportOnly, areas: Areas) -> AreaActionView:
    """How far it is done."""
    return area_action_view(await areas.get(action_id))


def _plan(body: AreaActionRequest, who: Principal) -> NewAreaAction:
    if body.area is None or body.begins is None or body.ends is None or body.action is None:
        raise InvalidInput("A plan names area, from, to and action", pointer="/area")
    if not body.dry_run:
        raise InvalidInput("Plan it dry first, then send its dry_run_id", code="dry_run_first", pointer="/dry_run")
    if body.begins >= body.ends:
        raise InvalidInput("It ends after it begins", pointer="/to")
    if (body.action is AreaActionKind.DELAY) != (body.delay_s > 0):
        raise InvalidInput("delay_s goes with delay, and with nothing else", pointer="/delay_s")
    return NewAreaAction(
        area=body.area.model_dump(mode="json"),
        begins=body.begins,
        ends=body.ends,
        action=body.action,
        cause=body.cause,
        delay_s=body.delay_s,
        reason=body.reason,
        asked_by=who.person_id,
    )
