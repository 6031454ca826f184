"""The phones my pushes go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.schemas.device import DeviceCreate, DeviceView
from dogwalk.domain.local_time import zone
from dogwalk.services.device import DeviceBinding, Devices

if TYPE_CHECKING:
    from dogwalk.db.models.person import Device

router = APIRouter(tags=["notification"])


async def _devices(res: Res) -> Devices:
    return Devices(database=res.database)


Mine = Annotated[Devices, Depends(_devices)]


@router.post("/v1/devices", status_code=201)
async def bind_device(body: DeviceCreate, who: SignedIn, res: Res, devices: Mine, once: Once) -> DeviceView:
    """Bound to this log-in and gone with it. A phone known under somebody else is taken over. 422
    `unknown_time_zone`.
    """
    zone(body.time_zone)

    async def work(_: UUID) -> DeviceView:
        binding = DeviceBinding(**body.model_dump())
        return _view(await devices.bind(who.person_id, who.session_id, binding, at=res.clock.now()))

    return await once.create(work)


@router.delete("/v1/devices/{device_id}", status_code=204, responses=problems(404))
async def unbind_device(device_id: UUID, who: SignedIn, devices: Mine) -> None:
    await devices.unbind(who.person_id, device_id)


def _view(device: Device) -> DeviceView:
    return DeviceView(
        id=device.id,
        kind=device.kind,
        platform=device.platform,
        app=device.app,
        locale=device.locale,
        time_zone=device.time_zone,
        created_at=device.created_at,
    )
