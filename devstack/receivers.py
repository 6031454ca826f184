"""The process that receives push, mail and SMS in the providers' place (devstack.standins), as a part of the stack."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.paths import CHECKOUT, private_dir
from devstack.process import Child, Command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

START_TIMEOUT_S = 30.0
# Setting that names a provider of one's own → the channel nobody has to stand in for.
REPLACED_BY: Mapping[str, str] = {
    "FCM_BASE_URL": "push",
    "FIREBASE_CREDENTIALS": "push",
    "SMTP_HOST": "mail",
    "AWS_ENDPOINT_URL_SNS": "sms",
}


def channels_left(outside: Mapping[str, str]) -> list[str]:
    """In the order of the names: what the stand-ins must receive."""
    replaced = {channel for setting, channel in REPLACED_BY.items() if outside.get(setting)}
    return sorted(set(REPLACED_BY.values()) - replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverOptions:
    port: int
    smtp_port: int
    sns_port: int
    smtp_password: str
    channels: Sequence[str]


class Receivers:
    """Keeps its key in `folder`, so that a copied environment stays good over a restart."""

    name = "standins"

    def __init__(self, *, options: ReceiverOptions, folder: Path, run_dir: Path, log_dir: Path) -> None:
        self._options = options
        self._folder = folder
        self._run_dir = run_dir
        self._log = log_dir / "standins.log"
        self._child: Child | None = None

    async def start(self) -> dict[str, str]:
        private_dir(self._folder)
        self._ready.unlink(missing_ok=True)
        self._child = Child(self._command(), run_dir=self._run_dir)
        await self._child.wait_until(self._is_ready, timeout_s=START_TIMEOUT_S)
        settings: dict[str, str] = json.loads(await asyncio.to_thread(self._ready.read_text))
        return settings

    async def stop(self) -> None:
        if self._child:
            await self._child.stop()

    @property
    def _ready(self) -> Path:
        return self._folder / "ready.json"

    async def _is_ready(self) -> bool:
        return self._ready.exists()

    def _command(self) -> Command:
        options = self._options
        ports = {"--port": options.port, "--smtp-port": options.smtp_port, "--sns-port": options.sns_port}
        numbers = [argument for flag, port in ports.items() for argument in (flag, str(port))]
        channels = [argument for channel in options.channels for argument in ("--channel", channel)]
        argv = [sys.executable, "-m", "devstack.standins", "--folder", str(self._folder), *numbers, *channels]
        environment = {**os.environ, "SMTP_PASSWORD": options.smtp_password}
        return Command(name=self.name, argv=argv, log=self._log, cwd=CHECKOUT, environment=environment)
