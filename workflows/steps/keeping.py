"""Beside the story, from the request to the end of the service: a hold that is still to come is placed in time."""

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
    """A hold that stands costs no timer."""

    def __init__(self, record: Record, hold: Hold, cancellation: Cancellation) -> None:
        self._record = record
        self._hold = hold
        self._cancellation = cancellation
        self._tried_at: datetime | None = None

    async def keep(self) -> None:
        """Ends with the service, or with the last try in vain."""
        while not self._record.over:
            if self._hold.placed:
                await workflow.wait_condition(lambda: self._record.over or not self._hold.placed)
            elif (moment := self._next_try()) is not None:
                await self._try_at(moment)
            else:
                break
        await self._cancellation.for_want_of_a_hold(unless=lambda: self._hold.placed)

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
        if not await self._time_comes(moment, "The hold is due", unless=lambda: self._moments != moments):
            return
        tried_at = max(moment, workflow.now())
        await self._hold.try_off_session(expires_at=max(moments[-1], tried_at))
        if self._hold.unknown:
            await self._time_comes(workflow.now() + ASK_AGAIN_AFTER, "Stripe is asked again")
        else:
            self._tried_at = tried_at

    async def _time_comes(self, moment: datetime, summary: str, *, unless: Callable[[], bool] = bool) -> bool:
        """False when the money is held, the service over, or the moment another one before it came."""
        try:
            await workflow.wait_condition(
                lambda: self._hold.finished or unless(), timeout=self._record.until(moment), timeout_summary=summary
            )
        except TimeoutError:
            return True
        return False
