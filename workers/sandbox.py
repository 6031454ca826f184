"""The SDK's workflow sandbox, kept to what it is for: the built-ins of workflow code that a replay would answer otherwise.

Our workflows' own modules are passed through, so that a worker loads them once and not once a booking; what they may not
do is named by workflows/ruff.toml, and golden histories replay on every change. (docs/performance.md, B6)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

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
        """Whose payload a payload is, the SDK asks for each of them, twice and in the sandbox, where the question costs
        more than the answer: a third of a replay. No code of a workflow's takes part in it, so it is asked outside.
        """
        made: Any = super().create_instance(det)
        inside = made.globals_and_locals["__temporal_in_sandbox"].instance
        made.get_serialization_context = inside.get_serialization_context
        made.get_external_store_context = inside.get_external_store_context
        instance: WorkflowInstance = made
        return instance
