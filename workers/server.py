"""What the Temporal server must know before a worker may poll: search attributes, and which build is current."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.service import RPCError, RPCStatusCode

from dogwalk.config import ConfigurationError
from dogwalk.contracts.search_attributes import SEARCH_ATTRIBUTES
from workers.tuning import deployment_version

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.config import Settings

TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}


async def assert_search_attributes(client: Client) -> None:
    """ConfigurationError naming what is missing: an upsert of an unregistered one is an endless task failure."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    wrong = [name for name, kind in SEARCH_ATTRIBUTES.items() if answer.custom_attributes.get(name) != TYPES[kind]]
    if wrong:
        raise ConfigurationError(f"search attributes missing or of another type: {', '.join(wrong)}")


async def set_current_version(client: Client, settings: Settings, *, timeout_s: float = 30.0) -> None:
    """New workflows, and those that auto-upgrade, go to this build from now on. Waits for its workers to have polled."""
    version = deployment_version(settings)
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=version.deployment_name,
        build_id=version.build_id,
        identity=client.identity,
    )
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as error:
            if error.status not in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
                raise
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return
