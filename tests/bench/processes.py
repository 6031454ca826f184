"""The API, the workers and the floors' servers as processes of their own, as in production; their logs in the place."""

from __future__ import annotations

import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from devstack.paths import CHECKOUT
from devstack.process import Child, Command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.bench.place import Place

START_TIMEOUT_S = 60.0
GRACE_S = 20.0


@asynccontextmanager
async def running(place: Place, name: str, *module: str, environment: Mapping[str, str]) -> AsyncIterator[Child]:
    """`python -m module…`, stopped at the end of the block."""
    command = Command(
        name=name,
        argv=[sys.executable, "-m", *module],
        log=place.state_dir / "logs" / f"bench-{name}.log",
        cwd=CHECKOUT,
        environment=environment,
    )
    child = Child(command, run_dir=place.state_dir / "run")
    try:
        yield child
    finally:
        await child.stop(grace_s=GRACE_S)


@asynccontextmanager
async def serving(
    place: Place, name: str, *module: str, healthy: str, environment: Mapping[str, str]
) -> AsyncIterator[int]:
    """A server on a free port, which is given once `healthy` answers there."""
    port = _free_port()
    async with running(place, name, *module, "--port", str(port), environment=environment) as child:
        async with httpx.AsyncClient() as http:

            async def answers() -> bool:
                try:
                    return (await http.get(f"http://127.0.0.1:{port}{healthy}")).is_success
                except httpx.HTTPError:
                    return False

            await child.wait_until(answers, timeout_s=START_TIMEOUT_S)
        yield port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
