"""A worker for one area: slots, cache, graceful shutdown and version from the settings."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from dogwalk.contracts.queues import task_queue
from workers.named_activities import NamedActivities

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.config import Settings
    from workers.registry import Area


ONE_AT_A_TIME = 1


def one_thread_for_the_sdk() -> None:
    """Before its first client. It would have one for each core, and Python runs on one core at a time: what more of them
    do is wake each other across cores. `TOKIO_WORKER_THREADS`, where it is set, has the last word.
    """
    os.environ.setdefault("TOKIO_WORKER_THREADS", "1")


def worker_for(client: Client, settings: Settings, area: Area) -> Worker:
    cached = settings.worker_max_cached_workflows if area.workflows else 0
    return Worker(
        client,
        task_queue=task_queue(settings.task_queue_prefix, area.name),
        workflows=area.workflows,
        activities=area.activities,
        interceptors=[NamedActivities(), *area.interceptors],
        workflow_runner=UnsandboxedWorkflowRunner(),  # the sandbox is for golden histories (ADR 20)
        max_cached_workflows=cached,
        # Without a cache the SDK runs one workflow at a time. What it fetched beside it would wait within the process,
        # past the ten seconds the server gives a workflow task, and be tried again behind others that wait the same.
        max_concurrent_workflow_tasks=None if cached else ONE_AT_A_TIME,
        max_concurrent_activities=settings.worker_max_activities,
        # For the store of large payloads beside Temporal: ours are small, and each would be a task of its own.
        max_workflow_task_external_storage_concurrency=ONE_AT_A_TIME,
        graceful_shutdown_timeout=timedelta(seconds=settings.worker_graceful_shutdown_s),
        deployment_config=deployment_config(settings),
    )


def deployment_version(settings: Settings) -> WorkerDeploymentVersion:
    return WorkerDeploymentVersion(deployment_name=settings.worker_deployment, build_id=settings.build_id)


def deployment_config(settings: Settings) -> WorkerDeploymentConfig | None:
    """Versioned workers get no task until `python -m workers set-current` has named their build."""
    if not settings.worker_versioning:
        return None
    return WorkerDeploymentConfig(
        version=deployment_version(settings),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )
