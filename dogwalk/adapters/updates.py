"""A command to a running workflow, done once under its id; what Temporal says of it becomes one of our errors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from dogwalk.errors import Conflict, DogwalkError, NotFound, Unavailable, WrongState

if TYPE_CHECKING:
    from temporalio.client import WorkflowHandle

    from dogwalk.contracts.base import Payload

T = TypeVar("T")

REFUSALS: dict[str, type[DogwalkError]] = {"wrong_state": WrongState, "not_found": NotFound}


async def execute_update(
    handle: WorkflowHandle[Any, Any],
    name: str,
    payload: Payload,
    *,
    update_id: str,
    answer: type[T],
    timeout_s: float,
    over: str,
) -> T:
    """Raises what the workflow refused it with; NotFound `workflow_over`, in the words of `over`, once it has ended;
    Unavailable `command_pending` when no worker answered: repeat under the same id.
    """
    try:
        async with asyncio.timeout(timeout_s):
            given: T = await handle.execute_update(name, payload, id=update_id, result_type=answer)
    except WorkflowUpdateFailedError as error:
        raise _refused(error.cause) from error
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise _pending() from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotFound(over, code="workflow_over") from error
        raise _pending() from error
    return given


def _refused(cause: BaseException | None) -> DogwalkError:
    """A refusal carries its code as type; a step that failed for good carries it one level deeper."""
    if isinstance(cause, ActivityError):
        cause = cause.cause
    if not isinstance(cause, ApplicationError) or not cause.type:
        return Unavailable("The command could not be carried out", code="command_failed")
    extra: dict[str, Any] = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
    return REFUSALS.get(cause.type, Conflict)(cause.message, code=cause.type, **extra)


def _pending() -> Unavailable:
    return Unavailable("Nobody has answered yet; repeat with the same Idempotency-Key", code="command_pending")
