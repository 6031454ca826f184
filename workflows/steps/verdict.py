"""The verdict of a walk that took place, and what positions that come late make of it (booking-life.md, Verdict)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import FinishRequest, WalkSummary
    from dogwalk.domain import settlement

    from workflows import calls


class Verdict:
    """Judged at the finish, and again whenever late positions may change it, by the same times."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._request: FinishRequest | None = None
        self._has_news = False

    async def judge(self, request: FinishRequest) -> WalkSummary:
        """Where nobody tapped *start*, the start that positions prove stands from now on. A meeting is taken at its word,
        and nothing that comes later changes it.
        """
        summary = await calls.finish(request)
        if self._record.is_free:
            return summary
        self._request = request.model_copy(update={"started_at": summary.started_at or request.started_at})
        return summary

    def hear(self) -> None:
        """Late positions may change it. What comes after the last word changes nothing."""
        counts_until = self.counts_until
        self._has_news = counts_until is not None and workflow.now() <= counts_until

    @property
    def has_news(self) -> bool:
        return self._has_news

    @property
    def counts_until(self) -> datetime | None:
        """None when there was no walk to judge."""
        ended_at = self._record.state.ended_at
        if self._request is None or ended_at is None:
            return None
        return ended_at + timedelta(seconds=self._record.policy.settlement.late_positions_s)

    @property
    def is_final(self) -> bool:
        """Nothing that may still come would change it, or it comes too late."""
        summary, counts_until = self._record.state.summary, self.counts_until
        if summary is None or counts_until is None:
            return True
        return summary.evidence_complete or workflow.now() >= counts_until

    async def judge_again(self) -> settlement.Settlement | None:
        """What the walk costs by now. None without a walk."""
        self._has_news = False
        if self._request is None:
            return None
        change = self._record.change()
        summary = await calls.rejudge(self._request.model_copy(update={"change": change}))
        self._record.apply(change, summary=summary, **self._times(self._request, summary))
        return self.charge(summary)

    def _times(self, request: FinishRequest, summary: WalkSummary) -> dict[str, Any]:
        """Where positions say otherwise than the taps by now."""
        state = self._record.state
        arrived_at = summary.arrived_at or request.arrived_at or state.arrived_at
        return {
            "arrived_at": arrived_at,
            "late_minutes": self._record.late_by(arrived_at),
            "finished_at": summary.finished_at or state.finished_at,
        }

    def decide(self) -> None:
        """A person has judged: nothing that comes later changes it."""
        self._request, self._has_news = None, False

    def charge(self, summary: WalkSummary) -> settlement.Settlement:
        request = self._request
        return settlement.after_walk(
            self._record.terms,
            verdict=summary.verdict,
            ended_early=request is not None and request.ended_early,
            served_s=summary.served_s,
            booked_s=request.booked_s if request else summary.served_s,
            policy=self._record.policy.cancellation,
        )
