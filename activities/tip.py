"""Activities of a tip, on the payment queue: each moves money at most once, however often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.tip import GIVEN, RECEIVED, ChargeTipResult, TipStep, fact

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from dogwalk.services.payment.tip import Tips


class TipActivities:
    def __init__(self, *, tips: Tips, delivery: DeliveryStarter) -> None:
        self._tips = tips
        self._delivery = delivery

    @activity.defn(name="payment.charge_tip")
    async def charge(self, step: TipStep) -> ChargeTipResult:
        with as_application_error():
            result = await self._tips.charge(step)
        await self._deliver(step, GIVEN)
        return result

    @activity.defn(name="payment.look_at_tip")
    async def look(self, step: TipStep) -> ChargeTipResult:
        with as_application_error():
            result = await self._tips.look(step)
        await self._deliver(step, GIVEN)
        return result

    @activity.defn(name="payment.pass_on_tip")
    async def pass_on(self, step: TipStep) -> None:
        with as_application_error():
            await self._tips.pass_on(step)
        await self._deliver(step, RECEIVED)

    async def _deliver(self, step: TipStep, what: int) -> None:
        number = fact(step.number, what)
        await self._delivery.start(change_of(Afterwards.TIP, number, booking_id=step.booking_id, at=step.at))
