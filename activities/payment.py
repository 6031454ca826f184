"""Activities of the payment queue: each moves money at most once, however often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.booking import (
    AuthorizeRequest,
    CollectRequest,
    CollectResult,
    CorrectRequest,
    HoldResult,
    RefreshHoldRequest,
    SettleRequest,
    SettleResult,
)
from dogwalk.contracts.debt import ChargeDebtRequest, ChargeDebtResult
from dogwalk.contracts.refund import RefundRequest, RefundResult

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from activities.dunning import DunningStarter
    from dogwalk.services.payment.collection import Collections
    from dogwalk.services.payment.correction import Corrections
    from dogwalk.services.payment.debt import Debts
    from dogwalk.services.payment.hold import Holds
    from dogwalk.services.payment.settlement import Settlements
    from dogwalk.services.payment.support_refund import SupportRefunds


class PaymentActivities:
    def __init__(
        self,
        *,
        holds: Holds,
        collections: Collections,
        corrections: Corrections,
        settlements: Settlements,
        debts: Debts,
        refunds: SupportRefunds,
        dunning: DunningStarter,
        delivery: DeliveryStarter,
    ) -> None:
        self._holds = holds
        self._collections = collections
        self._corrections = corrections
        self._settlements = settlements
        self._debts = debts
        self._refunds = refunds
        self._dunning = dunning
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
            if result.owed:
                await self._dunning.start(await self._debts.opened(request.change.booking_id))
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.correct")
    async def correct(self, request: CorrectRequest) -> CollectResult:
        with as_application_error():
            result = await self._corrections.correct(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.settle")
    async def settle(self, request: SettleRequest) -> SettleResult:
        with as_application_error():
            result = await self._settlements.settle(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.refund")
    async def refund(self, request: RefundRequest) -> RefundResult:
        with as_application_error():
            result = await self._refunds.refund(request)
        await self._delivery.start(request.change)
        return result

    @activity.defn(name="payment.charge_debt")
    async def charge_debt(self, request: ChargeDebtRequest) -> ChargeDebtResult:
        with as_application_error():
            result = await self._debts.charge(request)
        number = 0 if result.paid else request.number
        await self._delivery.start(change_of(Afterwards.DEBT, number, booking_id=request.booking_id, at=request.at))
        return result
