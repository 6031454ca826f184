"""What a weekly plan's workflow knows of itself: what it was started with, its state, the lock its commands take."""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.plan import PlanAcknowledged, PlanChange, PlanChanged, PlanRequest
    from dogwalk.domain.plan import PlanStatus

    from workflows.refusals import refusal


class PlanRecord:
    """`news`: the plan was changed since its days were last looked at. Only what holds `lock` may call `apply`."""

    def __init__(self, request: PlanRequest) -> None:
        self.request = request
        self.state = request.state
        self.lock = asyncio.Lock()
        self.news = True
        self._show()

    @property
    def is_ended(self) -> bool:
        return self.state.status is PlanStatus.ENDED

    def change(self, actor: str) -> PlanChange:
        """The next version. A number is used up by the attempt: one that failed unheard may have been written."""
        self.state = self.state.model_copy(update={"versions": self.state.versions + 1})
        return PlanChange(plan_id=self.request.plan_id, version=self.state.versions, at=workflow.now(), actor=actor)

    def apply(self, change: PlanChange, changed: PlanChanged) -> None:
        self.state = self.state.model_copy(update={"version": change.version, "status": changed.status})
        self.news = True
        self._show()

    def close(self) -> None:
        """Nothing will ever be left to do."""
        self.state = self.state.model_copy(update={"over": True})
        self._show()

    def acknowledge(self) -> PlanAcknowledged:
        return PlanAcknowledged(state=self.state)

    def refuse_if_ended(self) -> None:
        if self.is_ended:
            expected = [PlanStatus.ACTIVE.value, PlanStatus.PAUSED.value]
            raise refusal("wrong_state", "This plan has ended", status=self.state.status.value, expected=expected)

    def continued(self) -> PlanRequest:
        return self.request.model_copy(update={"state": self.state})

    def _show(self) -> None:
        request, state = self.request, self.state
        lines = [
            f"**{state.status.value}**",
            f"Market {request.market_id}, area {request.area}",
            f"Owner {request.owner_id}",
        ]
        workflow.set_current_details("\n\n".join(lines))
