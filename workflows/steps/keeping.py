"""Beside the story, from the request to the end of the service: a hold that is still to come is placed in time, one that
would lapse before the money is wanted is renewed in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.steps.cancellation import Cancellation
    from workflows.steps.hold import Hold
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from workflows.steps.hold import ASK_AGAIN_AFTER


class Keeping:
    """A hold that stands until the money is wanted costs no timer."""

    def __init__(self, record: Record, hold: Hold, cancellation: Cancellation) -> None:
        self._record = record
        self._hold = hold
        self._cancellation = cancellation
        self._tried_at: datetime | None = None
        self._renewed_at: datetime | None = None

    async def keep(self) -> None:
        """Ends with the service; at once where nothing is to be held. The last try in vain ends the booking, unless it was
        moved to a later time while it stood still: then it is tried again for that.
        """
        if self._record.is_free:
            return
        while not self._record.over:
            if self._hold.placed:
                await self._renew_in_time()
            elif (moment := self._next_try()) is not None:
                await self._try_at(moment)
            else:
                await self.end_if_in_vain()
                await workflow.wait_condition(lambda: self._record.over or self._may_still_be_held())

    async def end_if_in_vain(self) -> None:
        """Who is on the way by the last try walks all the same; whoever gives it back then, nobody is looked for."""
        if not self._may_still_be_held():
            await self._cancellation.for_want_of_a_hold(unless=self._may_still_be_held)

    def _may_still_be_held(self) -> bool:
        return self._hold.placed or self._next_try() is not None

    def _next_try(self) -> datetime | None:
        """The first one at once when its time is past; None when all were in vain."""
        moments = self._moments
        if self._tried_at is None:
            return moments[0]
        return next((moment for moment in moments if moment > self._tried_at), None)

    @property
    def _moments(self) -> list[datetime]:
        """Counted back from the start, which may be moved."""
        starts_at = self._record.request.starts_at
        return [starts_at - timedelta(seconds=before_s) for before_s in self._record.policy.hold.off_session_before_s]

    async def _try_at(self, moment: datetime) -> None:
        moments = self._moments
        moved_or_held = lambda: self._hold.finished or self._moments != moments  # noqa: E731 read where it waits
        if not await self._time_comes(moment, "The hold is due", unless=moved_or_held):
            return
        tried_at = max(moment, workflow.now())
        await self._hold.try_off_session(expires_at=max(moments[-1], tried_at))
        if self._hold.unknown:
            again = workflow.now() + ASK_AGAIN_AFTER
            await self._time_comes(again, "Stripe is asked again", unless=lambda: self._hold.finished)
        else:
            self._tried_at = tried_at

    async def _renew_in_time(self) -> None:
        moment = self._next_renewal()
        changed = lambda: self._record.over or self._next_renewal() != moment or not self._hold.placed  # noqa: E731 as above
        if moment is None:
            await workflow.wait_condition(changed)
        elif await self._time_comes(moment, "The hold is renewed", unless=changed):
            self._renewed_at = max(moment, workflow.now())
            await (self._hold.ask() if moment == self._hold.lapses_at else self._hold.renew())

    def _next_renewal(self) -> datetime | None:
        """None when what stands lasts until the money is wanted. The last moment is its own end: then Stripe is asked."""
        lapses_at = self._hold.lapses_at
        if lapses_at is None:
            return None
        before = [timedelta(seconds=before_s) for before_s in self._record.policy.hold.renewed_before_lapse_s]
        moments = [lapses_at - span for span in before] + [lapses_at]
        if moments[0] >= self._wanted_by:
            return None
        return next((moment for moment in moments if self._renewed_at is None or moment > self._renewed_at), None)

    @property
    def _wanted_by(self) -> datetime:
        """The money is taken at the finish; the net under the walk is the latest time of that."""
        return self._record.request.ends_at + timedelta(seconds=self._record.policy.walking.net_after_end_s)

    async def _time_comes(self, moment: datetime, summary: str, *, unless: Callable[[], bool]) -> bool:
        """False when something else came first."""
        try:
            await workflow.wait_condition(unless, timeout=self._record.until(moment), timeout_summary=summary)
        except TimeoutError:
            return True
        return False
