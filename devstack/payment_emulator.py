"""The Stripe emulator (devstack.stripe) as a part of the stack."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from devstack.paths import CHECKOUT
from devstack.process import Child, Command
from devstack.stripe.client import ControlPlane

START_TIMEOUT_S = 30.0
WEBHOOK_PATH = "/v1/webhooks/stripe"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorOptions:
    """`public_url=None`: nobody is told of events (a test registers webhooks under a key of its own). `state_file`
    keeps accounts over a restart.
    """

    port: int
    secret_key: str
    webhook_secret: str
    connect_webhook_secret: str
    public_url: str | None
    state_file: Path | None = None


class PaymentEmulator:
    name = "stripe"

    def __init__(self, *, options: EmulatorOptions, run_dir: Path, log_dir: Path) -> None:
        self._options = options
        self._run_dir = run_dir
        self._log = log_dir / "stripe.log"
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._options.port}"

    async def start(self) -> dict[str, str]:
        self._child = Child(self._command(), run_dir=self._run_dir)
        async with ControlPlane(self.url, self._options.secret_key) as control:
            await self._child.wait_until(lambda: _answers(control), timeout_s=START_TIMEOUT_S)
            await self._register(control)
        return {"STRIPE_API_BASE": self.url}

    async def stop(self) -> None:
        if self._child:
            await self._child.stop()

    async def _register(self, control: ControlPlane) -> None:
        options = self._options
        if options.public_url is None:
            return
        url = f"{options.public_url}{WEBHOOK_PATH}"
        await control.add_webhook(url, options.webhook_secret)
        await control.add_webhook(f"{url}/connect", options.connect_webhook_secret, connect=True)

    def _command(self) -> Command:
        argv = [sys.executable, "-m", "devstack.stripe", "--port", str(self._options.port)]
        if self._options.state_file:
            argv += ["--state", str(self._options.state_file)]
        return Command(name=self.name, argv=argv, log=self._log, cwd=CHECKOUT)


async def _answers(control: ControlPlane) -> bool:
    try:
        return await control.now() > 0
    except httpx.HTTPError:
        return False
