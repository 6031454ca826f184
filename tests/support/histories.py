"""Histories kept as files: sealed as the server has them, with the data key that opens them, and replayed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from dogwalk.adapters.temporal import data_converter
from workers.tuning import PASSED_THROUGH
from workflows.booking import Booking
from workflows.claim import Claim
from workflows.debt import Debt
from workflows.plan import Plan
from workflows.tip import Tip

if TYPE_CHECKING:
    from pathlib import Path

    from temporalio.client import WorkflowHandle

OURS = (Booking, Claim, Debt, Plan, Tip)


@dataclass(frozen=True, kw_only=True)
class KeptHistory:
    """`key` opens the payloads of this one workflow; it was made for a test and opens nothing else."""

    history: WorkflowHistory
    key: bytes

    async def for_writing(self, _workflow_id: str) -> bytes:
        return self.key

    async def for_reading(self, _workflow_id: str) -> bytes:
        return self.key

    def save(self, path: Path) -> None:
        kept = {"workflow_id": self.history.workflow_id, "data_key": b64encode(self.key).decode()}
        path.write_text(json.dumps({**kept, "history": self.history.to_json_dict()}, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> KeptHistory:
        kept = json.loads(path.read_text())
        history = WorkflowHistory.from_json(kept["workflow_id"], kept["history"])
        return cls(history=history, key=b64decode(kept["data_key"]))


async def history_of(handle: WorkflowHandle[Any, Any], keys: Any) -> KeptHistory:
    return KeptHistory(history=await handle.fetch_history(), key=await keys.for_reading(handle.id))


async def replay(kept: KeptHistory, *workflows: type) -> Exception | None:
    """What the history and today's code disagree about; None when they agree. `workflows` instead of ours."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    replayer = Replayer(
        workflows=workflows or OURS,
        data_converter=data_converter(kept),
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )
    result = await replayer.replay_workflow(kept.history, raise_on_replay_failure=False)
    return result.replay_failure
