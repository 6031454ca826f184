"""Finding the walker: wave after wave, one deadline timer a wave; Postgres decides who has the walk."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from workflows.steps.ending import Ending
    from workflows.steps.record import Record
    from workflows.steps.waves import Wave

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import (
        Change,
        ClaimRequest,
        ClaimResult,
        DeclineRequest,
        Deed,
        OpenWaveRequest,
        Withdraw,
        WithdrawRequest,
    )
    from dogwalk.contracts.support import Reassign
    from dogwalk.domain.booking import BEFORE_THE_WALK, MAY_WITHDRAW, Outcome, Status

    from workflows import calls
    from workflows.refusals import refusal
    from workflows.steps.waves import Waves

HEARD_OF_WITHIN = timedelta(seconds=10)


class Matching:
    """One round a walker: who gives the walk back begins the next, in which she is not asked again."""

    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending
        self._round = 0
        self._wave = 0
        self._declines = 0
        self._open: set[UUID] = set()
        self._asked: dict[UUID, datetime] = {}
        self._withdrawn: set[UUID] = set()
        self._unwilling: set[UUID] = set()
        self._is_asking = False
        self._board_until: datetime | None = None
        self._wished: UUID | None = None
        self._given_back = False

    async def find_walker(self) -> None:
        """Ends with a walker assigned or the booking over."""
        if self._record.over:
            return
        self._begin_round()
        for wave in self._waves.in_order(lambda: self._declines):
            await self._ask(wave)
            if self._done or not self._time_is_left:
                break
        outcome = Outcome.CANCELLED_BY_WALKER if self._given_back else Outcome.UNFULFILLED
        await self._ending.end(outcome, Status.UNFULFILLED, unless=lambda: self._done)

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
        if walker_id not in self._open and not self._is_on_board:
            raise refusal("offer_expired", "You were not asked for this walk")
        change = self._record.change("walker")
        assignment_no = self._record.state.assignment_no + 1
        result = await calls.claim(
            ClaimRequest(change=change, round=self._round, assignment_no=assignment_no, walker_id=walker_id)
        )
        if result.walker_id is not None:
            self.assign(change, result, assignment_no)
        if result.refusal is not None:
            self._open.discard(walker_id)
            raise refusal(result.refusal, "You cannot have this walk")

    async def decline(self, walker_id: UUID, reason: str) -> None:
        """The last one of a wave to decline brings the next at once; on the board she only takes herself off. A no that
        comes late is one all the same: she is not asked again.
        """
        if walker_id in self._unwilling or not self._may_decline(walker_id):
            return
        change = self._record.change("walker")
        request = DeclineRequest(change=change, round=self._round, walker_id=walker_id, reason=reason)
        await calls.decline(request)
        self._declines += walker_id in self._open or self._is_on_board
        self._open.discard(walker_id)
        self._unwilling.add(walker_id)
        self._record.apply(change)

    def _may_decline(self, walker_id: UUID) -> bool:
        is_hers = self._record.state.walker_id == walker_id
        return not (is_hers or self._record.over) and (walker_id in self._asked or self._is_on_board)

    def withdraw_offer(self, walker_id: UUID) -> None:
        """Nobody waits for her answer, and it is no decline. For a stand-by's nobody waits anyway."""
        if walker_id in self._open:
            self._open.discard(walker_id)
            self._withdrawn.add(walker_id)

    async def withdraw(self, command: Withdraw, judged_at: datetime) -> None:
        """The walker gives it back: somebody else is looked for, by the rules that the time left asks for."""
        self._refuse_unless_hers_to_give_back(command.walker_id)
        late_from = self._record.request.starts_at - timedelta(
            seconds=self._record.policy.withdrawal.late_before_start_s
        )
        change = self._record.change("walker")
        await calls.withdraw(
            WithdrawRequest(
                change=change,
                assignment_no=self._record.state.assignment_no,
                walker_id=command.walker_id,
                reason=command.reason,
                late=judged_at > late_from,
            )
        )
        self._asked.pop(command.walker_id, None)
        self._given_back = True
        self._record.apply(
            change, status=Status.MATCHING, walker_id=None, bonus=0, assigned_at=None, on_the_way_at=None
        )

    async def take_back(self, command: Reassign, deed: Deed) -> None:
        """Support takes the walk from its walker: another is looked for, the wished one first."""
        state = self._record.state
        if self._record.is_free:
            raise refusal("only_one_walker", "A meeting is with the walker it was asked of")
        if state.status not in BEFORE_THE_WALK or state.walker_id is None:
            expected = sorted(status.value for status in BEFORE_THE_WALK)
            raise refusal(
                "wrong_state", "There is nobody to take it from", status=state.status.value, expected=expected
            )
        if not self._record.until(Waves(self._record, is_rematch=True).deadline):
            raise refusal("too_late", "Nobody would be asked any more, and the booking end; cancel it if it should")
        change, walker_id = self._record.change("support", deed=deed), state.walker_id
        await calls.withdraw(
            WithdrawRequest(change=change, assignment_no=state.assignment_no, walker_id=walker_id, by="support")
        )
        self._asked.pop(walker_id, None)
        self._given_back = False
        self._wished = command.walker_id
        self._record.apply(
            change,
            status=Status.MATCHING,
            walker_id=None,
            bonus=0,
            assigned_at=None,
            on_the_way_at=None,
            arrived_at=None,
        )

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
        if self._record.is_on_hold:
            raise refusal("on_hold", "Support looks at this booking; try again later")
        if self._is_on_board or self._is_asking:  # who may take it Postgres knows; whatever became of an offer before
            return
        if walker_id in self._withdrawn:
            raise refusal("offer_withdrawn", "This offer was taken back")
        expires_at = self._asked.get(walker_id)
        if expires_at is not None and (walker_id not in self._open or workflow.now() >= expires_at):
            raise refusal("offer_expired", "The time to accept this walk is over")

    def _refuse_unless_hers_to_give_back(self, walker_id: UUID) -> None:
        state = self._record.state
        if state.walker_id != walker_id:
            raise refusal("not_found", "This walk is not yours")
        if state.status not in MAY_WITHDRAW:
            expected = sorted(status.value for status in MAY_WITHDRAW)
            raise refusal("wrong_state", "You are with the dog already", status=state.status.value, expected=expected)

    def new_round(self) -> int:
        """In each everybody may be asked again, but who declined or had the walk."""
        self._round += 1
        return self._round

    def _begin_round(self) -> None:
        self.new_round()
        self._wave = self._declines = 0
        self._board_until = None
        self._waves = Waves(self._record, is_rematch=self._record.state.assignment_no > 0, wished=self._wished)
        self._wished = None

    def _knows(self, walker_id: UUID) -> bool:
        return (walker_id in self._asked and not self._is_asking) or self._is_on_board or self._done

    @property
    def _is_on_board(self) -> bool:
        return self._board_until is not None and workflow.now() < self._board_until

    @property
    def _done(self) -> bool:
        return self._record.over or self._record.state.walker_id is not None

    @property
    def _time_is_left(self) -> bool:
        return self._record.until(self._waves.deadline) > timedelta(0)

    async def _ask(self, wave: Wave) -> None:
        """Nobody is woken: when all who fit are asleep the wave is opened in their morning. A walk put off while it stands
        on the board stands there again, until its new end.
        """
        while not self._done and self._time_is_left:
            again_at = await self._open_wave(wave) or self._board_until
            if again_at is None:
                break
            await self._wait(until=min(again_at, self._waves.deadline), unless=lambda: self._done)
        if self._open and not wave.board:
            lapse_at = max(self._asked[walker_id] for walker_id in self._open)
            await self._wait(until=lapse_at, unless=lambda: self._done or not self._open)
            self._open = set()

    async def _open_wave(self, wave: Wave) -> datetime | None:
        async with self._record.progress(decides=False):
            if self._done or not self._time_is_left:
                return None
            self._wave += 1
            change, expires_at = self._record.change(), self._expiry(wave)
            self._is_asking = True
            opened = await calls.open_wave(self._request(wave, change, expires_at))
            self._is_asking = False
            self._open = set(opened.walker_ids)
            self._withdrawn -= self._open
            self._asked |= dict.fromkeys(opened.walker_ids, expires_at)
            self._board_until = expires_at if wave.board else None
            self._record.apply(change, status=Status.MATCHING)
            return opened.retry_at

    def _request(self, wave: Wave, change: Change, expires_at: datetime) -> OpenWaveRequest:
        return OpenWaveRequest(
            change=change,
            round=self._round,
            wave=self._wave,
            size=wave.size,
            only=wave.only,
            radius_percent=wave.radius_percent,
            expires_at=expires_at,
            bonus=wave.bonus,
            waking_hours=None if wave.board else self._waves.waking_hours,
            board=wave.board,
            asap=self._waves.is_asap,
        )

    def _expiry(self, wave: Wave) -> datetime:
        deadline = self._waves.deadline
        return deadline if wave.seconds is None else min(workflow.now() + timedelta(seconds=wave.seconds()), deadline)

    async def _wait(self, *, until: datetime, unless: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            await workflow.wait_condition(unless, timeout=self._record.until(until), timeout_summary="Offers lapse")

    def assign(self, change: Change, result: ClaimResult, assignment_no: int) -> None:
        """What Postgres has written down. A walk as soon as possible has its times from it."""
        self._open, self._board_until = set(), None
        self._record.begin_at(result.starts_at, result.ends_at)
        self._record.apply(
            change,
            status=Status.ASSIGNED,
            walker_id=result.walker_id,
            assignment_no=assignment_no,
            bonus=result.bonus,
            assigned_at=change.at,
            on_the_way_at=None,
            late_minutes=None,
        )
        self._record.publish()
