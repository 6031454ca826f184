"""The walker is late: others are asked to stand by, and the first to accept takes over, unless she has arrived."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.matching import Matching
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Change, ClaimRequest, DeclineRequest, OpenWaveRequest
    from dogwalk.domain.booking import MAY_WITHDRAW

    from workflows import calls
    from workflows.refusals import refusal
    from workflows.steps.matching import HEARD_OF_WITHIN


class StandBy:
    """One wave an assignment and start, in a round of its own; no timer: an offer's end is compared when it is accepted."""

    def __init__(self, record: Record, matching: Matching) -> None:
        self._record = record
        self._matching = matching
        self._asked_for: tuple[int, datetime] | None = None
        self._is_asking = False
        self._round = 0
        self._open: dict[UUID, datetime] = {}

    async def ask(self, until: datetime) -> None:
        """With the lock held."""
        if self._has_asked_now or until <= workflow.now():
            return
        self._asked_for, self._round, self._is_asking = self._occasion, self._matching.new_round(), True
        change = self._record.change()
        opened = await calls.open_wave(self._request(change, until))
        self._open = dict.fromkeys(opened.walker_ids, until)
        self._is_asking = False
        self._record.apply(change)

    @property
    def _occasion(self) -> tuple[int, datetime]:
        """Of another walker, and of a walk that is put off, it is another one: nobody is late yet."""
        return self._record.state.assignment_no, self._record.request.starts_at

    @property
    def _has_asked_now(self) -> bool:
        return self._asked_for == self._occasion

    def has_asked(self, walker_id: UUID) -> bool:
        """Hers is a stand-by's offer: it stands while somebody else has the walk."""
        is_hers_to_take = self._has_asked_now and self._record.state.walker_id not in {None, walker_id}
        return is_hers_to_take and (self._is_asking or walker_id in self._open)

    @property
    def may_still_ask(self) -> bool:
        """The walker is late, and no stand-by of this assignment is known here: a wave's answer may be still to come, or
        was lost with its worker.
        """
        state = self._record.state
        is_late = state.status in MAY_WITHDRAW and workflow.now() >= self._record.request.starts_at
        return is_late and not self._has_asked_now

    async def hear_of(self, walker_id: UUID) -> None:
        """As `Matching.hear_of`."""
        if self._record.state.walker_id == walker_id or not self.may_still_ask:
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: not self.may_still_ask, timeout=HEARD_OF_WITHIN, timeout_summary="A stand-by not known yet"
            )

    def refuse_if_closed(self, walker_id: UUID) -> None:
        """Costs no history in a validator; in a handler it is looked at again."""
        if self._record.over:
            raise refusal("offer_withdrawn", "The owner no longer needs this walk")
        if self._record.state.status not in MAY_WITHDRAW:
            raise refusal("offer_taken", "Its walker has arrived")
        if self._record.is_on_hold:
            raise refusal("on_hold", "Support looks at this booking; try again later")
        expires_at = self._open.get(walker_id)
        if expires_at is not None and workflow.now() >= expires_at:
            raise refusal("offer_expired", "The time to accept this walk is over")

    async def accept(self, walker_id: UUID) -> None:
        """Postgres decides, and writes what the first one loses with it."""
        self.refuse_if_closed(walker_id)
        late, change = self._record.state.walker_id, self._record.change("walker")
        assignment_no = self._record.state.assignment_no + 1
        result = await calls.claim(
            ClaimRequest(
                change=change, round=self._round, assignment_no=assignment_no, walker_id=walker_id, replaces=late
            )
        )
        if result.walker_id is not None and result.walker_id != late:
            self._open = {}
            self._matching.assign(change, result, assignment_no)
        if result.refusal is not None:
            self._open.pop(walker_id, None)
            raise refusal(result.refusal, "You cannot have this walk")

    async def decline(self, walker_id: UUID, reason: str) -> None:
        if walker_id in self._open:
            change = self._record.change("walker")
            await calls.decline(DeclineRequest(change=change, round=self._round, walker_id=walker_id, reason=reason))
            del self._open[walker_id]
            self._record.apply(change)

    def _request(self, change: Change, until: datetime) -> OpenWaveRequest:
        """As many and from as far as in a rescue, and who is on call too: there is no time for a second wave."""
        offers = self._record.policy.offers
        return OpenWaveRequest(
            change=change,
            round=self._round,
            wave=1,
            size=offers.rescue_wave_size,
            radius_percent=100 + offers.rescue_radius_percent,
            expires_at=until,
            stand_by=True,
            asap=True,
        )
