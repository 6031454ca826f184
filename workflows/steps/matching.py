"""Finding the walker: preferred ones first, then waves of ranked candidates, one deadline timer a wave."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Change, ClaimRequest, DeclineRequest, OpenWaveRequest
    from dogwalk.domain.booking import Outcome, Status

    from workflows import calls
    from workflows.refusals import refusal

HEARD_OF_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Wave:
    """`only` these walkers, or the best `size` that were not asked before; they have `seconds` to answer."""

    seconds: int
    size: int = 0
    only: list[UUID] = field(default_factory=list)


class Matching:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending
        self._round = 1
        self._wave = 0
        self._open: set[UUID] = set()
        self._asked: dict[UUID, datetime] = {}

    async def find_walker(self) -> None:
        """Ends with a walker assigned or the booking over."""
        if self._record.over:
            return
        for wave in self._waves():
            if self._done or self._record.until(self._deadline) == timedelta(0):
                break
            await self._ask(wave)
        await self._ending.end(Outcome.UNFULFILLED, Status.UNFULFILLED, unless=lambda: self._done)

    async def hear_of(self, walker_id: UUID) -> None:
        """Her offer may reach her before its wave is known here: told of it by an activity whose answer is still to come,
        or was lost with its worker.
        """
        if self._knows(walker_id):
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._knows(walker_id), timeout=HEARD_OF_WITHIN, timeout_summary="An offer not known yet"
            )

    async def accept(self, walker_id: UUID) -> None:
        """Postgres decides (one live assignment, no overlap); this follows its answer."""
        if self._record.state.walker_id == walker_id:
            return
        self.refuse_if_closed(walker_id)
        if walker_id not in self._open:
            raise refusal("offer_expired", "You were not asked for this walk")
        change = self._record.change("walker")
        assignment_no = self._record.state.assignment_no + 1
        result = await calls.claim(
            ClaimRequest(change=change, round=self._round, assignment_no=assignment_no, walker_id=walker_id)
        )
        if result.walker_id is not None:
            self._assign(change, result.walker_id, assignment_no)
        if result.refusal is not None:
            self._open.discard(walker_id)
            raise refusal(result.refusal, "You cannot have this walk")

    async def decline(self, walker_id: UUID, reason: str) -> None:
        """The last one of a wave to decline brings the next at once."""
        if walker_id not in self._open:
            return
        change = self._record.change("walker")
        request = DeclineRequest(change=change, round=self._round, walker_id=walker_id, reason=reason)
        await calls.decline(request)
        self._open.discard(walker_id)
        self._record.apply(change)

    def refuse_if_closed(self, walker_id: UUID) -> None:
        """What is certain already costs no history. The clock is compared, not trusted: handlers run before timers in
        one activation. An offer unknown here may still become known.
        """
        if self._record.state.walker_id == walker_id:
            return
        if self._record.state.walker_id is not None:
            raise refusal("offer_taken", "Another walker was faster")
        if self._record.over:
            raise refusal("offer_withdrawn", "The owner no longer needs this walk")
        expires_at = self._asked.get(walker_id)
        if expires_at is not None and (walker_id not in self._open or workflow.now() >= expires_at):
            raise refusal("offer_expired", "The time to accept this walk is over")

    def _knows(self, walker_id: UUID) -> bool:
        return walker_id in self._asked or self._done

    @property
    def _done(self) -> bool:
        return self._record.over or self._record.state.walker_id is not None

    @property
    def _deadline(self) -> datetime:
        offers, request = self._record.policy.offers, self._record.request
        if request.asap:
            return request.starts_at + timedelta(seconds=offers.matching_asap_s)
        return request.starts_at - timedelta(seconds=offers.matching_ends_before_start_s)

    def _waves(self) -> Iterator[Wave]:
        offers, request = self._record.policy.offers, self._record.request
        ahead = self._record.until(request.starts_at) > timedelta(seconds=offers.ahead_from_s)
        preferred_s = offers.preferred_ahead_s if ahead else offers.preferred_s
        if request.direct_walker_id is not None:
            yield Wave(seconds=preferred_s, only=[request.direct_walker_id])
            return
        if request.preferred_walker_ids:
            yield Wave(seconds=preferred_s, only=request.preferred_walker_ids)
        wave_s = offers.wave_asap_s if request.asap else offers.wave_ahead_s if ahead else offers.wave_s
        for _ in range(offers.waves):
            yield Wave(seconds=wave_s, size=offers.wave_size)

    async def _ask(self, wave: Wave) -> None:
        async with self._record.lock:
            if self._done:
                return
            expires_at = min(workflow.now() + timedelta(seconds=wave.seconds), self._deadline)
            await self._open_wave(wave, expires_at)
        if self._open:
            await self._wait_for_answers(expires_at)

    async def _open_wave(self, wave: Wave, expires_at: datetime) -> None:
        self._wave += 1
        change = self._record.change()
        request = OpenWaveRequest(
            change=change, round=self._round, wave=self._wave, size=wave.size, only=wave.only, expires_at=expires_at
        )
        opened = await calls.open_wave(request)
        self._open = set(opened.walker_ids)
        self._asked |= dict.fromkeys(opened.walker_ids, expires_at)
        self._record.apply(change, status=Status.MATCHING)

    async def _wait_for_answers(self, expires_at: datetime) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._done or not self._open,
                timeout=self._record.until(expires_at),
                timeout_summary="Offers lapse",
            )
        except TimeoutError:
            self._open = set()

    def _assign(self, change: Change, walker_id: UUID, assignment_no: int) -> None:
        self._open = set()
        self._record.apply(
            change, status=Status.ASSIGNED, walker_id=walker_id, assignment_no=assignment_no, assigned_at=change.at
        )
        self._record.publish()
