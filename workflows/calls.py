"""Every side effect a booking asks for: which activity, on which queue, under which policy, and what the UI calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

if TYPE_CHECKING:
    from dogwalk.contracts.base import Payload

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts import queues
    from dogwalk.contracts.booking import (
        AdvanceRequest,
        AdvanceResult,
        AuthorizeRequest,
        ClaimRequest,
        ClaimResult,
        CollectRequest,
        CollectResult,
        CorrectRequest,
        DeclineRequest,
        DeclineRescheduleRequest,
        DelayRequest,
        DelayResult,
        EndRequest,
        FinishRequest,
        HoldResult,
        LapseRescheduleRequest,
        NoAccessRequest,
        NoAccessResult,
        NoteRequest,
        OpenRescheduleRequest,
        OpenWaveRequest,
        OpenWaveResult,
        RefreshHoldRequest,
        RescheduleRequest,
        RescheduleResult,
        SettleRequest,
        SettleResult,
        SignsRequest,
        SignsResult,
        SilenceRequest,
        SilenceResult,
        WalkSummary,
        WithdrawRequest,
    )
    from dogwalk.contracts.claim import ClaimStep, PressResult
    from dogwalk.contracts.debt import ChargeDebtRequest, ChargeDebtResult
    from dogwalk.contracts.refund import RefundRequest, RefundResult
    from dogwalk.contracts.tip import ChargeTipResult, TipStep

    from workflows import policies


Result = TypeVar("Result")


async def authorize(request: AuthorizeRequest) -> HoldResult:
    return await _on_payment_queue("payment.authorize", request, HoldResult, policies.HOLD, "Hold the money")


async def refresh_hold(request: RefreshHoldRequest) -> HoldResult:
    return await _on_payment_queue(
        "payment.refresh_hold", request, HoldResult, policies.HOLD, "Ask how the hold stands"
    )


async def collect(request: CollectRequest) -> CollectResult:
    return await _on_payment_queue("payment.collect", request, CollectResult, policies.STRIPE, "Capture or release")


async def correct(request: CorrectRequest) -> CollectResult:
    return await _on_payment_queue("payment.correct", request, CollectResult, policies.STRIPE, "Move the difference")


async def settle(request: SettleRequest) -> SettleResult:
    return await _on_payment_queue("payment.settle", request, SettleResult, policies.STRIPE, "Pay out, balance, close")


async def charge_debt(request: ChargeDebtRequest) -> ChargeDebtResult:
    return await _on_payment_queue(
        "payment.charge_debt", request, ChargeDebtResult, policies.STRIPE, f"Try to take what is owed, {request.number}"
    )


async def refund(request: RefundRequest) -> RefundResult:
    return await _on_payment_queue("payment.refund", request, RefundResult, policies.STRIPE, "Refund by support")


async def charge_tip(step: TipStep) -> ChargeTipResult:
    return await _on_payment_queue("payment.charge_tip", step, ChargeTipResult, policies.HOLD, "Take the tip")


async def look_at_tip(step: TipStep) -> ChargeTipResult:
    return await _on_payment_queue("payment.look_at_tip", step, ChargeTipResult, policies.HOLD, "Ask how it stands")


async def pass_on_tip(step: TipStep) -> None:
    await _on_payment_queue("payment.pass_on_tip", step, type(None), policies.STRIPE, "Pass the tip on")


async def open_wave(request: OpenWaveRequest) -> OpenWaveResult:
    return await _locally("matching.open_wave", request, OpenWaveResult, f"Ask walkers, wave {request.wave}")


async def decline(request: DeclineRequest) -> None:
    await _locally("matching.decline", request, type(None), "A walker declines")


async def advance(request: AdvanceRequest) -> AdvanceResult | None:
    """None: as it was asked for, which is what most are and costs no bytes."""
    result: AdvanceResult | None = await _locally("walk.advance", request, AdvanceResult, request.command.value)
    return result


async def note(request: NoteRequest) -> None:
    await _locally("booking.note", request, type(None), request.kind)


async def put_down(request: NoteRequest) -> None:
    """As `note`, for what a person did: nothing that a killed worker may forget."""
    await _on_own_queue("booking.note", request, type(None), request.kind)


async def delay(request: DelayRequest) -> DelayResult:
    return await _on_own_queue("booking.delay", request, DelayResult, "The walk begins later")


async def claim(request: ClaimRequest) -> ClaimResult:
    return await _on_own_queue("assignment.claim", request, ClaimResult, "Assign the walker")


async def withdraw(request: WithdrawRequest) -> None:
    await _on_own_queue("assignment.withdraw", request, type(None), "The walker gives the walk back")


async def finish(request: FinishRequest) -> WalkSummary:
    return await _on_own_queue("walk.finish", request, WalkSummary, "Stop tracking, judge the walk")


async def rejudge(request: FinishRequest) -> WalkSummary:
    return await _on_own_queue("walk.rejudge", request, WalkSummary, "Judge the walk by what came late")


async def no_access(request: NoAccessRequest) -> NoAccessResult:
    return await _on_own_queue("walk.no_access", request, NoAccessResult, "Nobody opens")


async def find_signs(request: SignsRequest) -> SignsResult:
    return await _on_own_queue("walk.find_signs", request, SignsResult, "Look for a sign of the walker")


async def open_reschedule(request: OpenRescheduleRequest) -> None:
    await _on_own_queue("reschedule.open", request, type(None), "Ask for another time")


async def reschedule(request: RescheduleRequest) -> RescheduleResult:
    return await _on_own_queue("reschedule.move", request, RescheduleResult, "Move the walk")


async def decline_reschedule(request: DeclineRescheduleRequest) -> None:
    await _on_own_queue("reschedule.decline", request, type(None), "The other time is declined")


async def lapse_reschedule(request: LapseRescheduleRequest) -> None:
    await _on_own_queue("reschedule.lapse", request, type(None), "Nobody agreed to the other time")


async def tell_of_silence(request: SilenceRequest) -> SilenceResult:
    return await _on_own_queue("walk.silence", request, SilenceResult, f"Silence: {request.rung.value}")


async def press_for_claim(step: ClaimStep) -> PressResult:
    return await _on_own_queue("claim.press", step, PressResult, "Nobody has decided")


async def settle_claim(step: ClaimStep) -> None:
    await _on_own_queue("claim.settle", step, type(None), "The pay goes on")


async def end(request: EndRequest) -> None:
    await _on_own_queue("booking.end", request, type(None), f"End: {request.outcome.value}")


async def _on_payment_queue(
    name: str, request: Payload, result_type: type[Result], policy: policies.ActivityPolicy, summary: str
) -> Result:
    queue = queues.sibling(workflow.info().task_queue, queues.PAYMENT)
    result: Result = await workflow.execute_activity(
        name, request, result_type=result_type, task_queue=queue, summary=summary, **policy
    )
    return result


async def _on_own_queue(name: str, request: Payload, result_type: type[Result], summary: str) -> Result:
    result: Result = await workflow.execute_activity(
        name, request, result_type=result_type, summary=summary, **policies.DATABASE
    )
    return result


async def _locally(name: str, request: Payload, result_type: type[Result], summary: str) -> Result:
    """A local activity; one that cannot be done in 5 s is done once more as a regular one, which may wait. Its failure is
    an ActivityError the first time, and in a replay what that was caused by (temporalio 1.35).
    """
    try:
        result: Result = await workflow.execute_local_activity(
            name, request, result_type=result_type, summary=summary, **policies.LOCAL
        )
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        return await _on_own_queue(name, request, result_type, summary)
    return result
