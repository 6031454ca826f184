"""The authorisation hold: placed on session before anybody is asked to walk, or off session when the start is far away;
tried again with another card, confirmed by 3-D Secure, renewed before it lapses.
"""

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
AUTHENTICATE = "authenticate"
ACTIONS = {"action_required": AUTHENTICATE, "declined": "new_card"}


class Hold:
    """`number` counts the holds tried so far; one of them `stands`, until `lapses_at` (Stripe's `capture_before`)."""

    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending
        self.number = 0
        self.lapses_at: datetime | None = None
        self._stands: int | None = None

    @property
    def placed(self) -> bool:
        return self._record.state.payment_status is PaymentStatus.HELD

    @property
    def finished(self) -> bool:
        return self.placed or self._record.over

    @property
    def unknown(self) -> bool:
        """Stripe has not answered: the same hold is asked for again."""
        return self._record.state.payment_status is PaymentStatus.UNKNOWN

    async def place(self) -> None:
        """Ends with the money held or the booking over; at once when the start is too far away for a hold to last, and when
        there is nothing to hold.
        """
        if self._record.is_free or self._record.until(self._record.request.starts_at) > self._on_session_within:
            return
        self.number = 1
        while not self.finished:
            async with self._record.lock:
                if not self.finished:
                    await self._authorize(expires_at=self._action_deadline())
            if not self.placed:
                await self._wait_for_the_owner()

    async def try_off_session(self, *, expires_at: datetime) -> None:
        """Nobody is there to confirm anything. Where only the owner's consent is missing, she is reminded of it."""
        async with self._record.lock:
            if self.finished:
                return
            action = self._record.state.payment_action
            if action is not None and action.kind == AUTHENTICATE:
                await self.look_again(remind_until=expires_at)
            else:
                self.number += not self.unknown
                await self._authorize(expires_at=expires_at, off_session=True)

    async def renew(self) -> None:
        """A new hold, then the old one is let go. A try in vain leaves the old one as it is, and the owner is told."""
        async with self._record.lock:
            if self.placed and not self._record.over and self.lapses_at is not None:
                self.number += 1
                await self._authorize(expires_at=self.lapses_at, off_session=True)

    async def raise_to(self, amount: int) -> bool:
        """Under the record's lock: a larger hold, then the one that stands is let go. False leaves that as it is."""
        self.number += 1
        await self._authorize(expires_at=self._action_deadline(), off_session=True, amount=amount)
        return self._stands == self.number

    async def ask(self) -> None:
        """Its time is over: Stripe says whether the one that stood is gone."""
        async with self._record.lock:
            if self.placed and not self._record.over and self._stands is not None:
                stood, self._stands = self._stands, None
                await self._refresh("system", number=stood)

    async def use_card(self, payment_method_id: str) -> None:
        """A new card is a new hold under a new key: a declined answer is replayed for ever under the old one. Where the
        first hold is still to come, it is the card that is taken then.
        """
        is_still_to_come = self.number == 0 and not (self._record.over or self._record.is_free)
        if not is_still_to_come:
            self._refuse_unless_wanted()
        self._record.state = self._record.state.model_copy(update={"payment_method_id": payment_method_id})
        if is_still_to_come:
            return
        self.number += 1
        await self._authorize(expires_at=self._action_deadline())

    async def confirm(self) -> None:
        """After 3-D Secure: Stripe is asked, the app is not believed."""
        if self.placed and self._record.state.payment_action is None:
            return
        self._refuse_unless_wanted()
        await self._refresh("owner")

    async def _ask_once_more(self) -> None:
        """The owner may have done her part, and every word of it got lost."""
        async with self._record.lock:
            action = self._record.state.payment_action
            if action is not None and action.kind == AUTHENTICATE:
                await self.look_again()

    async def look_again(self, *, remind_until: datetime | None = None) -> None:
        """As `confirm`, but nobody waits for an answer: what no longer matters is passed over."""
        if not self._is_wanted:
            return
        try:
            await self._refresh("system", remind_until=remind_until)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("the hold could not be asked for; the next announcement or the owner will")

    async def _refresh(self, actor: str, *, remind_until: datetime | None = None, number: int | None = None) -> None:
        change = self._record.change(actor)
        asked = number or self.number
        request = RefreshHoldRequest(change=change, number=asked, remind_until=remind_until, replaces=self._stands)
        result = await calls.refresh_hold(request)
        self._follow(change, asked, result, expires_at=remind_until or self._action_deadline())

    async def _authorize(self, *, expires_at: datetime, off_session: bool = False, amount: int | None = None) -> None:
        change = self._record.change()
        request = AuthorizeRequest(
            change=change,
            number=self.number,
            payment_method_id=self._record.state.payment_method_id or self._record.request.payment_method_id,
            off_session=off_session,
            action_expires_at=expires_at,
            replaces=self._stands,
            amount=amount,
        )
        try:
            self._follow(change, self.number, await calls.authorize(request), expires_at=expires_at)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            status = PaymentStatus.UNKNOWN if self._stands is None else PaymentStatus.HELD
            self._record.apply(change, payment_status=status, needs_attention="payment_unknown")

    def _follow(self, change: Change, number: int, result: HoldResult, *, expires_at: datetime) -> None:
        if result.status == "held":
            self.lapses_at, self._stands = result.capture_before, number
            self._record.apply(change, payment_status=PaymentStatus.HELD, payment_action=None, needs_attention=None)
            return
        kind = ACTIONS.get(result.status, "new_card")
        status = PaymentStatus.ACTION_REQUIRED if kind == AUTHENTICATE else PaymentStatus.FAILED
        status = status if self._stands is None else PaymentStatus.HELD
        action = PaymentAction(kind=kind, expires_at=expires_at)
        self._record.apply(change, payment_status=status, payment_action=action, needs_attention=None)

    @property
    def _on_session_within(self) -> timedelta:
        return timedelta(seconds=self._record.policy.hold.on_session_within_s)

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
            await workflow.wait_condition(
                lambda: self.finished, timeout=timeout, timeout_summary=_awaited(action.kind if action else None)
            )
        except TimeoutError:
            if action is not None:
                await self._ask_once_more()
                await self._ending.end(Outcome.PAYMENT_FAILED, Status.PAYMENT_FAILED, unless=lambda: self.placed)

    @property
    def _is_wanted(self) -> bool:
        """A hold was tried in vain: at the request, or by an owner who was asked to do something."""
        state = self._record.state
        waits = state.payment_action is not None or (state.status is Status.REQUESTED and not self.placed)
        return self.number > 0 and waits and not self._record.over

    def _refuse_unless_wanted(self) -> None:
        if not self._is_wanted:
            raise refusal("wrong_state", "This booking waits for no payment", status=self._record.state.status.value)


def _awaited(kind: str | None) -> str:
    """What the UI calls the wait for whom."""
    if kind is None:
        return "Stripe is asked again"
    return "The owner confirms with her bank" if kind == "authenticate" else "The owner gives another card"
