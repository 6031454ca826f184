"""The authorisation hold: placed before anybody is asked to walk, tried again with another card, confirmed by 3-D Secure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

if TYPE_CHECKING:
    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import AuthorizeRequest, Change, HoldResult, PaymentAction, RefreshHoldRequest
    from dogwalk.domain.booking import Outcome, PaymentStatus, Status

    from workflows import calls
    from workflows.refusals import refusal

ASK_AGAIN_AFTER = timedelta(seconds=60)
ACTIONS = {"action_required": "authenticate", "declined": "new_card"}


class Hold:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending
        self._number = 0

    @property
    def placed(self) -> bool:
        return self._record.state.payment_status is PaymentStatus.HELD

    @property
    def _finished(self) -> bool:
        return self.placed or self._record.over

    async def place(self) -> None:
        """Ends with the money held or the booking over."""
        self._number = 1
        while not self._finished:
            async with self._record.lock:
                if not self._finished:
                    await self._authorize()
            if not self.placed:
                await self._wait_for_the_owner()

    async def use_card(self, payment_method_id: str) -> None:
        """A new card is a new hold under a new key: a declined answer is replayed for ever under the old one."""
        self._refuse_unless_wanted()
        self._record.state = self._record.state.model_copy(update={"payment_method_id": payment_method_id})
        self._number += 1
        await self._authorize()

    async def confirm(self) -> None:
        """After 3-D Secure: Stripe is asked, the app is not believed."""
        if self.placed:
            return
        self._refuse_unless_wanted()
        await self._refresh("owner")

    async def _ask_once_more(self, kind: str) -> None:
        """The owner may have done her part, and every word of it got lost."""
        if kind != "authenticate":
            return
        async with self._record.lock:
            await self.look_again()

    async def look_again(self) -> None:
        """As `confirm`, but nobody waits for an answer: what no longer matters is passed over."""
        if not (self._is_wanted and self._number):
            return
        try:
            await self._refresh("system")
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("the hold could not be asked for; the next announcement or the owner will")

    async def _refresh(self, actor: str) -> None:
        change = self._record.change(actor)
        result = await calls.refresh_hold(RefreshHoldRequest(change=change, number=self._number))
        self._follow(change, result)

    async def _authorize(self) -> None:
        change = self._record.change()
        request = AuthorizeRequest(
            change=change,
            number=self._number,
            payment_method_id=self._record.state.payment_method_id or self._record.request.payment_method_id,
            action_expires_at=self._action_deadline(),
        )
        try:
            self._follow(change, await calls.authorize(request))
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._record.apply(change, payment_status=PaymentStatus.UNKNOWN, needs_attention="payment_unknown")

    def _follow(self, change: Change, result: HoldResult) -> None:
        if result.status == "held":
            self._record.apply(change, payment_status=PaymentStatus.HELD, payment_action=None, needs_attention=None)
            return
        kind = ACTIONS.get(result.status, "new_card")
        status = PaymentStatus.ACTION_REQUIRED if kind == "authenticate" else PaymentStatus.FAILED
        action = PaymentAction(kind=kind, expires_at=self._action_deadline())
        self._record.apply(change, payment_status=status, payment_action=action, needs_attention=None)

    def _action_deadline(self) -> datetime:
        current = self._record.state.payment_action
        if current is not None:
            return current.expires_at
        hold = self._record.policy.hold
        ttl_s = hold.action_ttl_asap_s if self._record.request.asap else hold.action_ttl_s
        return workflow.now() + timedelta(seconds=ttl_s)

    async def _wait_for_the_owner(self) -> None:
        action = self._record.state.payment_action
        timeout = self._record.until(action.expires_at) if action else ASK_AGAIN_AFTER
        try:
            await workflow.wait_condition(lambda: self._record.over or self.placed, timeout=timeout)
        except TimeoutError:
            if action is not None:
                await self._ask_once_more(action.kind)
                await self._ending.end(Outcome.PAYMENT_FAILED, Status.PAYMENT_FAILED, unless=lambda: self.placed)

    @property
    def _is_wanted(self) -> bool:
        return self._record.state.status is Status.REQUESTED and not self._finished

    def _refuse_unless_wanted(self) -> None:
        if not self._is_wanted:
            raise refusal("wrong_state", "This booking waits for no payment", status=self._record.state.status.value)
