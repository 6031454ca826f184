"""The stack in a process of its own: left running (`up --detach`, `KEEP=1`), or for as long as we live (the demo)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from signal import SIGTERM
from typing import TYPE_CHECKING

from devstack.options import Kind, StackOptions
from devstack.paths import CHECKOUT, private_dir
from devstack.process import LOG_TAIL_LINES, StartFailed, die_with_parent
from devstack.running_stack import RunningStack, running_stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STARTS_WITHIN_S = 180.0
POLL_S = 0.05
COMMANDS: Mapping[Kind, str] = {Kind.UP: "up", Kind.DEMO: "up-for-demo"}


class DetachedStack:
    """Starts at once; `is_up` waits. Unless it is `kept`, it ends when we do, however we do."""

    def __init__(self, options: StackOptions, *, kept: bool) -> None:
        self._options = options
        self._log = private_dir(options.state_dir / "logs") / "supervisor.log"
        command = ["--state-dir", str(options.state_dir), COMMANDS[options.kind]]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "devstack", *command],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=None if kept else die_with_parent(SIGTERM),  # noqa: PLW1509 one prctl, no locks
            )

    async def is_up(self) -> RunningStack:
        """All of it serves. Raises StartFailed with the end of the log."""
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                while (running := running_stack(self._options)) is None:
                    if self._process.poll() is not None:
                        raise StartFailed(_tail(self._log))
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            self._process.terminate()
            raise StartFailed(f"not up after {STARTS_WITHIN_S:.0f} s\n{_tail(self._log)}") from None
        return running


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-2 * LOG_TAIL_LINES :])
