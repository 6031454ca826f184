"""The stack in a process of its own: left running (`up --detach`, `KEEP=1`), or for as long as we live (the demo)."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from devstack.options import Kind, StackOptions
from devstack.paths import CHECKOUT, private_dir
from devstack.process import LOG_TAIL_LINES, StartFailed
from devstack.running_stack import RunningStack, running_stack

if TYPE_CHECKING:
    from pathlib import Path

STARTS_WITHIN_S = 180.0
POLL_S = 0.05
KINDS = {Kind.UP: "up", Kind.DEMO: "up-for-demo"}


def start_detached(options: StackOptions) -> RunningStack:
    """Waits until all of it serves. Raises StartFailed with the end of the log."""
    log = private_dir(options.state_dir / "logs") / "supervisor.log"
    command = [sys.executable, "-m", "devstack", "--state-dir", str(options.state_dir), KINDS[options.kind]]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + STARTS_WITHIN_S
    while (running := running_stack(options)) is None:
        if process.poll() is not None:
            raise StartFailed(_tail(log))
        if time.monotonic() > deadline:
            process.terminate()
            raise StartFailed(f"not up after {STARTS_WITHIN_S:.0f} s\n{_tail(log)}")
        time.sleep(POLL_S)
    return running


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-2 * LOG_TAIL_LINES :])
