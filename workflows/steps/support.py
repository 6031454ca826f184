"""What support does to a booking: each with a reason, in the audit log, and the stronger half of it only with a grant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from workflows.steps.cancellation import Cancellation
    from workflows.steps.ending import Ending
    from workflows.steps.hold import Hold
    from workflows.steps.incident import Incident
    from workflows.steps.matching import Matching
    from workflows.steps.record import Record
    from workflows.steps.walk import Walk

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Deed, DelayRequest, NoteRequest
    from dogwalk.contracts.refund import RefundRequest
    from dogwalk.contracts.support import (
        CHECK_GRANT,
        UNGRANTED,
        AreaNotice,
        Complete,
        DecideVerdict,
        Delay,
        Grant,
        Reassign,
        RefundByHand,
        SupportCancel,
        SupportCommand,
    )
    from dogwalk.domain.area_action import MAY_BE_DELAYED
    from dogwalk.domain.booking import Status

    from workflows import calls
    from workflows.refusals import refusal


BY_SUPPORT = "decided_by_support"


class Support:
    """Every method but `check` is called with the lock held."""

    def __init__(
        self,
        record: Record,
        *,
        ending: Ending,
        hold: Hold,
        matching: Matching,
        walk: Walk,
        cancellation: Cancellation,
        incident: Incident,
    ) -> None:
        self._record = record
        self._ending = ending
        self._hold = hold
        self._matching = matching
        self._walk = walk
        self._cancellation = cancellation
        self._incident = incident
        self._used: set[UUID] = set()
        self._heard_of: set[UUID] = set()
        self._delayed_by: set[UUID] = set()

    def check(self, action: str, command: SupportCommand, *, needs_grant: bool) -> None:
        """For validators, which no replay runs again: only here is the worker's key asked. Costs no history."""
        grant = command.grant
        if grant is None:
            if needs_grant:
                raise refusal("grant_required", f"{action} needs a grant: use the support API")
            return
        self._refuse_used(grant)
        check: Callable[[str, UUID, SupportCommand], bool] = workflow.extern_functions()[CHECK_GRANT]
        if workflow.now() >= grant.expires_at or not check(action, self._record.request.booking_id, command):
            raise refusal("grant_invalid", "This grant is not for that, or no longer")

    def use_up(self, command: SupportCommand) -> None:
        """The validator has seen the grant; two commands with the same one may both have waited for the lock."""
        if command.grant is None:
            return
        self._refuse_used(command.grant)
        self._used.add(command.grant.id)

    def _refuse_used(self, grant: Grant) -> None:
        if grant.id in self._used:
            raise refusal("grant_used", "A grant is good once")

    async def hold(self, command: SupportCommand) -> None:
        """What would go on by itself stops until `release`: waves, their deadline, the walker's pay."""
        self._refuse_once_closed()
        if not self._record.is_on_hold:
            await self._write("hold", "on_hold", command, on_hold=True)

    async def release(self, command: SupportCommand) -> None:
        if self._record.is_on_hold:
            await self._write("release", "released", command, on_hold=False)

    async def release_incident(self, command: SupportCommand) -> None:
        await self._incident.release(self._deed("release_incident", command))

    async def note(self, command: SupportCommand) -> None:
        await self._write("note", "support_note", command, private=True)

    async def cancel_free(self, command: SupportCommand) -> None:
        await self._cancellation.by_support(0, self._deed("cancel_free", command))

    async def warn(self, notice: AreaNotice) -> None:
        if notice.action_id in self._heard_of or self._record.over:
            return
        self._heard_of.add(notice.action_id)
        change = self._record.change("support", deed=self._deed("notify", notice, cause=notice.cause))
        await calls.put_down(NoteRequest(change=change, kind="area_warning", data={"cause": notice.cause}))
        self._record.apply(change)

    async def delay(self, command: Delay) -> None:
        """Lateness, deadlines and the walk's end follow the new times; price and hold stay. The activity looks at the grant:
        a replay runs this again, and has no key. One that is passed over is used up unseen: nobody can say its id before
        it was heard here.
        """
        if command.action_id in self._delayed_by:
            return
        self.use_up(command)
        if self._record.state.status not in MAY_BE_DELAYED:
            return
        request, by = self._record.request, timedelta(seconds=command.by_s)
        times = {"starts_at": request.starts_at + by, "ends_at": request.ends_at + by}
        change = self._record.change("support", deed=self._deed("delay", command, by_s=command.by_s))
        result = await calls.delay(DelayRequest(change=change, cause=command.cause, command=command, **times))
        if result.refusal is not None:
            self._give_back(command)
            raise refusal(result.refusal, "A delay needs a grant: use the support API")
        self._delayed_by.add(command.action_id)
        if result.is_moved:
            self._record.request = request.model_copy(update={**times, "asap": False})
        self._record.apply(change)

    def _give_back(self, forged: Delay) -> None:
        """It uses up no grant of ours whose id it says."""
        if forged.grant is not None:
            self._used.discard(forged.grant.id)

    async def cancel(self, command: SupportCancel) -> None:
        await self._cancellation.by_support(command.fee, self._deed("cancel", command, fee=command.fee))

    async def reassign(self, command: Reassign) -> None:
        asked = {"walker_id": str(command.walker_id)} if command.walker_id else {}
        taken_from = {"taken_from": str(self._record.state.walker_id)}
        await self._matching.take_back(command, self._deed("reassign", command, **asked, **taken_from))

    async def complete(self, command: Complete) -> None:
        at = {"finished_at": command.finished_at.isoformat()}
        await self._walk.complete(command, self._deed("complete", command, **at))

    async def refund(self, command: RefundByHand) -> None:
        said = {"amount": command.amount, "funded_by": command.funded_by.value, "claw_back": int(command.claw_back)}
        try:
            await self._ending.charging.refund(
                lambda: RefundRequest(
                    change=self._record.change("support", deed=self._deed("refund", command, **said)),
                    refund_id=command.refund_id,
                    amount=command.amount,
                    funded_by=command.funded_by,
                    claw_back=command.claw_back,
                )
            )
        finally:  # paid or refused, the walker's pay waits for it no longer
            self._ending.try_again()

    async def verdict(self, command: DecideVerdict) -> None:
        """Money first: a verdict that could not be paid for was not given."""
        before = self._record.state.summary
        if before is None or self._record.state.status is Status.CLOSED:
            raise refusal("wrong_state", "There is no walk to judge", status=self._record.state.status.value)
        served_s = before.served_s if command.served_s is None else command.served_s
        summary = before.model_copy(
            update={
                "verdict": command.verdict.value,
                "served_s": served_s,
                "reasons": [*before.reasons, BY_SUPPORT],
                "evidence_complete": True,
            }
        )
        await self._ending.charging.decide(summary)
        change = self._record.change("support", deed=self._deed("verdict", command, verdict=summary.verdict))
        said = {"verdict": summary.verdict}
        await calls.put_down(NoteRequest(change=change, kind="verdict_decided", data=said, summary=summary))
        self._record.apply(change, summary=summary)

    async def retry_payment(self, command: SupportCommand) -> None:
        """What waits for its next try is tried now: a hold, a capture, a pay-out."""
        self._refuse_once_closed()
        await self._write("retry_payment", "payment_retried", command, private=True)
        await self._hold.look_again()
        self._ending.try_again()

    async def _write(
        self,
        action: str,
        kind: str,
        command: SupportCommand,
        *,
        on_hold: bool | None = None,
        private: bool = False,
    ) -> None:
        change = self._record.change("support", deed=self._deed(action, command))
        await calls.put_down(NoteRequest(change=change, kind=kind, on_hold=on_hold, private=private))
        if on_hold is None:
            self._record.apply(change)
        else:
            self._record.apply(change, on_hold_at=change.at if on_hold else None)

    def _deed(self, action: str, command: SupportCommand, **data: str | int) -> Deed:
        """A grant proves who acted; else it is the door's deed, and whoever she says she is stands beside it."""
        actor = str(command.actor_id) if command.actor_id else UNGRANTED
        if command.grant is None and command.actor_id is not None:
            actor, data = UNGRANTED, {**data, "said_to_be": str(command.actor_id)}
        return Deed(actor=actor, action=action, reason=command.reason, data=data)

    def _refuse_once_closed(self) -> None:
        if self._record.state.status is Status.CLOSED:
            raise refusal("wrong_state", "The booking is closed", status=Status.CLOSED.value, expected=[])
