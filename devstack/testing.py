"""One stack for a whole test run: the pytest-xdist controller starts it, its workers inherit the addresses.

A pytest plugin. Paths below tests/unit and tests/e2e alone need none of it, so such a run starts none.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import psutil
import pytest
import stripe

from devstack.options import Kind, StackOptions
from devstack.paths import CHECKOUT, IN_MEMORY, private_dir
from devstack.stack import Stack
from devstack.standins.client import InboxClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PREFIX = "dw-test-"
ROOM_BYTES = 4 << 30
OWNER = "owner"
NEEDS_NOTHING = ("tests/unit", "tests/e2e")
STARTED = pytest.StashKey[Stack]()
ADDRESSES = "DEVSTACK_ENVIRONMENT_NAMES"
# What HTTP clients trust: each loads it anew, and a hundred public authorities, of no use here, take it 60 ms.
TRUSTED, TRUSTED_BEFORE = "SSL_CERT_FILE", "DEVSTACK_TRUSTED_BEFORE"


def pytest_configure(config: pytest.Config) -> None:
    if is_worker(config) or config.option.collectonly or not needs_stack(config.args):
        return
    stack = Stack(options=StackOptions(kind=Kind.TEST, state_dir=_state_dir()), outside=os.environ)
    config.stash[STARTED] = stack
    environment = asyncio.run(stack.start())
    os.environ.update(environment, **{ADDRESSES: ",".join(environment)})
    os.environ.update({TRUSTED_BEFORE: os.environ.get(TRUSTED, ""), TRUSTED: str(_one_authority(stack))})


def pytest_unconfigure(config: pytest.Config) -> None:
    stack = config.stash.get(STARTED, None)
    if stack is None:
        return
    asyncio.run(stack.stop())
    stack.remove()


@pytest.fixture(scope="session")
def stack_environment() -> dict[str, str]:
    """Every setting of the running stack. Never change os.environ: pass `Settings(**…)` or a child's environment."""
    if ADDRESSES not in os.environ:
        pytest.fail("this test needs the stack: a run of tests/unit or tests/e2e alone does not start it")
    stripe.ca_bundle_path = os.environ[TRUSTED]  # the library has a bundle of its own
    return {name: os.environ[name] for name in os.environ[ADDRESSES].split(",")}


def outside_environment() -> dict[str, str]:
    """What was set before the stack was: for a command that starts one of its own."""
    ours = {*os.environ.get(ADDRESSES, "").split(","), ADDRESSES, TRUSTED, TRUSTED_BEFORE}
    before = {name: value for name, value in os.environ.items() if name not in ours}
    if trusted := os.environ.get(TRUSTED_BEFORE, os.environ.get(TRUSTED)):
        before[TRUSTED] = trusted
    return before


@pytest.fixture
async def inbox(stack_environment: dict[str, str]) -> AsyncIterator[InboxClient]:
    """What was received. Everybody shares it: ask for recipients of your own, and set faults for them alone."""
    async with InboxClient(stack_environment["INBOX_URL"]) as client:
        yield client


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def needs_stack(arguments: list[str]) -> bool:
    """False when every path asked for lies below a folder that needs nothing. No path means all tests."""
    paths = [(Path.cwd() / argument.split("::")[0]).resolve() for argument in arguments]
    free = [CHECKOUT / folder for folder in NEEDS_NOTHING]
    return not paths or not all(any(path.is_relative_to(folder) for folder in free) for path in paths)


def _state_dir() -> Path:
    """A new folder with a short path. Those of killed runs are cleared away first."""
    root = _roomy_root()
    for left in root.glob(f"{PREFIX}*"):
        if _is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    made = private_dir(Path(tempfile.mkdtemp(prefix=PREFIX, dir=root)))
    (made / OWNER).write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    return made


def _one_authority(stack: Stack) -> Path:
    """The first of the public ones: enough for clients that speak to loopback."""
    end = "-----END CERTIFICATE-----\n"
    file = stack.options.state_dir / "authority.pem"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
    return file


def _roomy_root() -> Path:
    """Memory if there is plenty: a database for each test is 800 files, which some disks take half a second for."""
    if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES:
        return IN_MEMORY
    return Path(tempfile.gettempdir())


def _is_abandoned(folder: Path) -> bool:
    """Ours, and the process that made it is gone. Without an owner yet it is just being made."""
    try:
        pid, started = (folder / OWNER).read_text().split()
        return bool(psutil.Process(int(pid)).create_time() != float(started))
    except psutil.NoSuchProcess:
        return True
    except (OSError, ValueError):
        return False
