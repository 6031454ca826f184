"""Activities of the payment queue: each moves money at most once, however often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.booking import (
    AuthorizeRequest,
    CollectRequest,
    CollectResult,
    HoldResult,
    RefreshHoldRequest,
    SettleRequest,
    SettleResult,
)

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from dogwalk.services.payment.collection import Collections
    from dogwalk.services.payment.hold import Holds
    from dogwalk.services.payment.settlement import Settlements


class PaymentActivities:
    def __init__(
        self, *, holds: Holds, collections: Collections, settlements: Settlements, delivery: DeliveryStarter
    ) -> None:
        self._holds = holds
        self._collections = collections
        self._settlements = settlements
        self._delivery = delivery

    @activity.defn(name="payment.authorize")
    async def authorize(self, request: AuthorizeRequest) -> HoldResult:
        with as_application_error():
            result = await self._holds.authorize(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.refresh_hold")
    async def refresh_hold(self, request: RefreshHoldRequest) -> HoldResult:
        with as_application_error():
            result = await self._holds.refresh(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.collect")
    async def collect(self, request: CollectRequest) -> CollectResult:
        with as_application_error():
            result = await self._collections.collect(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.settle")
    async def settle(self, request: SettleRequest) -> SettleResult:
        with as_application_error():
            result = await self._settlements.settle(request)
        await self._delivery.start(request.change)
        return result
