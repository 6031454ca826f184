"""The `temporal` command, as an operator with the runbook in hand runs it: no codec, no keys of ours."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from devstack.paths import script
from dogwalk.contracts.booking import workflow_id

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World


async def temporal_cli(world: World, *words: str, workflow: UUID) -> tuple[int, str]:
    """Its exit code and what it said."""
    about = ["--workflow-id", workflow_id(workflow), "--address", world.settings.temporal_address]
    process = await asyncio.create_subprocess_exec(
        str(script("temporal")), *words, *about, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
