"""The door that tells our own commands from those of the Temporal UI and CLI: a keyed hash in each update's header.

Whoever reaches Temporal may send an update. What moves money or people is taken from our own processes alone, so that
neither UI nor CLI is a way round roles, step-up and the second person, in an owner's or a walker's name either. The hash
is over workflow, update and update id, so that one that stands in a history is good for nothing else.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from temporalio import client, worker, workflow
from temporalio.api.common.v1 import Payload
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from dogwalk.contracts.support import OPEN_TO_ALL

if TYPE_CHECKING:
    from dogwalk.ports import KeyVault

HEADER = "door"
PURPOSE = "update-door"
CHECK_DOOR = "dogwalk.check_door"  # the process's function that workflows ask
BYTES = 16  # of each hash; it stands in the history of every command


class UpdateDoor(client.Interceptor, worker.Interceptor):
    """Of the client it signs what is sent, of a worker with that client it checks what comes."""

    def __init__(self, *, vault: KeyVault) -> None:
        self._vault = vault

    def sign(self, workflow_id: str, update: str, update_id: str) -> bytes:
        """One hash a key that is known, the newest first: a rotation invalidates nothing."""
        said = f"{workflow_id}\0{update}\0{update_id}".encode()
        return b"".join(mac[:BYTES] for mac in self._vault.macs(PURPOSE, said))

    def is_ours(self, workflow_id: str, update: str, update_id: str, signed: bytes) -> bool:
        ours, given = _split(self.sign(workflow_id, update, update_id)), _split(signed)
        return any(hmac.compare_digest(mine, one) for mine in ours for one in given)

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # noqa: A002 its name in the SDK
        return _Signing(next, self)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002 its name in the SDK
    ) -> type[worker.WorkflowInboundInterceptor]:
        input.unsafe_extern_functions[CHECK_DOOR] = self.is_ours
        return _Checking


class _Signing(client.OutboundInterceptor):
    def __init__(self, inner: client.OutboundInterceptor, door: UpdateDoor) -> None:
        super().__init__(inner)
        self._door = door

    async def start_workflow_update(self, input: client.StartWorkflowUpdateInput) -> client.WorkflowUpdateHandle[Any]:  # noqa: A002 its name in the SDK
        if input.update_id is not None:
            signed = Payload(data=self._door.sign(input.id, input.update, input.update_id))
            input = replace(input, headers={**input.headers, HEADER: signed})  # noqa: A001 as above
        return await super().start_workflow_update(input)


class _Checking(worker.WorkflowInboundInterceptor):
    """Validators run once and in no replay, so that a key may change. The SDK asks here only about updates that have
    one: all of ours do.
    """

    def handle_update_validator(self, input: worker.HandleUpdateInput) -> None:  # noqa: A002 its name in the SDK
        if input.update not in OPEN_TO_ALL and not _is_ours(input):
            raise ApplicationError(
                f"{input.update} is taken from our own API alone",
                {},
                type="grant_required",
                non_retryable=True,
                category=ApplicationErrorCategory.BENIGN,
            )
        super().handle_update_validator(input)


def _is_ours(given: worker.HandleUpdateInput) -> bool:
    signed = given.headers.get(HEADER)
    check = workflow.extern_functions()[CHECK_DOOR]
    return signed is not None and check(workflow.info().workflow_id, given.update, given.id, signed.data)


def _split(signed: bytes) -> list[bytes]:
    return [signed[at : at + BYTES] for at in range(0, len(signed), BYTES)]
