"""Histories kept as files: sealed as the server has them, with the data key that opens them, and replayed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from dogwalk.adapters.payload_codec import EncryptingCodec
from dogwalk.adapters.temporal import data_converter
from workflows.booking import Booking
from workflows.claim import Claim
from workflows.debt import Debt
from workflows.plan import Plan
from workflows.tip import Tip

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from temporalio.client import WorkflowHandle
    from temporalio.worker import WorkflowRunner

OURS = (Booking, Claim, Debt, Plan, Tip)
AS_WORKERS_DO = UnsandboxedWorkflowRunner()
SANDBOX = SandboxedWorkflowRunner()  # in the way of clock, chance and files; workers go without it for speed (ADR 20)


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


async def replay(kept: KeptHistory, *workflows: type, runner: WorkflowRunner = SANDBOX) -> Exception | None:
    """What the history and today's code disagree about; None when they agree. `workflows` instead of ours."""
    result = await _replayer(kept, workflows, runner).replay_workflow(kept.history, raise_on_replay_failure=False)
    return result.replay_failure


async def replays(kept: KeptHistory, *, times: int) -> AsyncIterator[None]:
    """The same history again and again by one worker, that keeps nothing of it in between. Raises what they disagree on."""

    async def same() -> AsyncIterator[WorkflowHistory]:
        for _ in range(times):
            yield kept.history

    async with _replayer(kept, (), AS_WORKERS_DO).workflow_replay_iterator(same()) as results:
        async for result in results:
            if result.replay_failure is not None:
                raise result.replay_failure
            yield


async def in_clear(kept: KeptHistory) -> str:
    """Everything its payloads say, opened, and whatever stands beside them."""
    sealed = [payload for event in kept.history.events for payload in _payloads(event)]
    assert sealed
    opened = await EncryptingCodec(keys=kept).of(kept.history.workflow_id).decode(sealed)
    return "\n".join([*(payload.data.decode(errors="replace") for payload in opened), str(kept.history.to_json_dict())])


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for one in _each(value):
                yield from _payloads(one)


def _each(value: Any) -> list[Message]:
    """One message, those of a list, or the values of a map."""
    found = value.values() if hasattr(value, "values") else [value] if isinstance(value, Message) else value
    return [one for one in found if isinstance(one, Message)]


def _replayer(kept: KeptHistory, workflows: tuple[type, ...], runner: WorkflowRunner) -> Replayer:
    return Replayer(workflows=workflows or OURS, data_converter=data_converter(kept), workflow_runner=runner)
