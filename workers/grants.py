"""Lends workflows the one thing they may not have themselves: a check of a grant under the worker's keys.

Validators alone ask for it, and no replay runs a validator again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.worker import Interceptor

from dogwalk.contracts.support import CHECK_GRANT

if TYPE_CHECKING:
    from temporalio.worker import WorkflowInboundInterceptor, WorkflowInterceptorClassInput

    from dogwalk.services.support.grants import Grants


class GrantChecking(Interceptor):
    def __init__(self, *, grants: Grants) -> None:
        self._grants = grants

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 the SDK's name
    ) -> type[WorkflowInboundInterceptor] | None:
        input.unsafe_extern_functions[CHECK_GRANT] = self._grants.holds
        return None
