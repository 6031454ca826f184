"""The SDK's workflow sandbox, kept to what it is for: the built-ins of workflow code that a replay would answer otherwise.

Our workflows' own modules are passed through, so that a worker loads them once and not once a booking; what they may not
do is named by workflows/ruff.toml, and golden histories replay on every change. (docs/performance.md, B6)
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions, _runner

if TYPE_CHECKING:
    from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails

# Free of side effects at import, and of anything that one workflow could change for another.
PASSED_THROUGH = (
    "pydantic",
    "pydantic_core",
    "dogwalk.domain",
    "dogwalk.contracts",
    "dogwalk.errors",
    "annotated_types",
    "workflows",
)


class Sandbox(SandboxedWorkflowRunner):
    """`Sandbox.of_ours()`."""

    @classmethod
    def of_ours(cls) -> Sandbox:
        return cls(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Instance(det, self.runner_class, self.restrictions)


class _Instance(_runner._Instance):  # noqa: SLF001 the SDK offers no other way in
    """The SDK's, with two things less to do. It compiles its lines anew for every task. And whose payload a payload is,
    it asks for each of them, twice and in the sandbox, where the question costs more than the answer: a third of a
    replay. No code of a workflow's takes part in it, so it is asked outside.
    """

    def _run_code(self, code: str, **extra_globals: Any) -> None:
        super()._run_code(_compiled(code), **extra_globals)

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inside.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inside.get_external_store_context(command_info)

    @property
    def _inside(self) -> Any:
        kept: dict[str, Any] = self.globals_and_locals
        return kept["__temporal_in_sandbox"].instance


@lru_cache
def _compiled(code: str) -> Any:
    """For `exec`, that takes both."""
    return compile(code, "workflow_sandbox.py", "exec")
