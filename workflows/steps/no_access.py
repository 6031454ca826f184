"""Nobody opens: the walker waited at the door, tried to reach the owner, and may go."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import CommandOfWalker, NoAccessRequest, NoAccessResult
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import (
        Outcome,
        Status,
        WalkCommand,
        check_takes,
        check_waited,
        effective_time,
        is_repeat,
        waited_from,
    )

    from workflows import calls
    from workflows.refusals import as_refusal, refusal

WHY_NOT = {
    "not_at_home": "Your positions do not show you at this home all the while",
    "owner_not_contacted": "Try to reach the owner first",
}


class NoAccess:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending

    async def declare(self, by: CommandOfWalker) -> None:
        """The wait is judged here; where she was and whom she called, in Postgres."""
        if is_repeat(WalkCommand.NO_ACCESS, self._record.state.status):
            return
        occurred_at, since = self._judged(by)
        charge = settlement.after_no_access(self._record.terms, self._record.policy.no_access)
        change = self._record.change("walker")
        request = NoAccessRequest(
            change=change,
            assignment_no=self._record.state.assignment_no,
            arrived_at=self._record.state.arrived_at or since,
            waited_from=since,
            occurred_at=occurred_at,
            fee=charge.captured,
            refund=self._record.terms.total - charge.captured,
            policy=self._record.policy.no_access,
        )
        self._refuse_unless_proven(await calls.no_access(request))
        self._ending.owes(settlement.with_late_credit(charge, self._record.late_credit(occurred_at)))
        over = {"status": Status.NO_ACCESS, "outcome": Outcome.NO_ACCESS, "ended_at": change.at}
        self._record.apply(change, **over, needs_attention=None)
        self._record.publish()

    def _judged(self, by: CommandOfWalker) -> tuple[datetime, datetime]:
        """When she gave up, and since when she waited. A clock that runs ahead makes no wait shorter."""
        state, policy = self._record.state, self._record.policy
        with as_refusal():
            check_takes(WalkCommand.NO_ACCESS, state.status)
            now = workflow.now()
            at = min(effective_time(by.at, now=now, policy=policy.walking), now)
            since = waited_from(arrived_at=state.arrived_at or now, starts_at=self._record.request.starts_at)
            check_waited(since=since, at=at, policy=policy.no_access)
        return at, since

    def _refuse_unless_proven(self, result: NoAccessResult) -> None:
        if result.refusal is not None:
            needed = self._record.policy.no_access.attempts_min
            raise refusal(result.refusal, WHY_NOT[result.refusal], attempts=result.attempts, needed=needed)
