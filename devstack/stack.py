"""Every service and stand-in, or what the environment names in its place.

A part whose address is set outside (`DATABASE_URL`, `REDIS_URL`, `TEMPORAL_ADDRESS`, `STRIPE_API_BASE`, `FCM_BASE_URL`,
`SMTP_HOST`, `AWS_ENDPOINT_URL_SNS`) is not started. `environment` is what `dogwalk.config.Settings` reads.
"""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Self

from devstack.development_secrets import development_secrets
from devstack.options import Kind, StackOptions
from devstack.parts import Part, plan
from devstack.paths import private_dir
from devstack.postgres_home import remove_home, remove_orphans
from devstack.process import side_by_side
from devstack.records import stop_leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType


class Stack:
    """Start and stop from the main thread. A failed start stops what it had started, and raises StartFailed."""

    def __init__(self, *, options: StackOptions, outside: Mapping[str, str]) -> None:
        self.options = options
        self._outside = outside
        self._parts: Sequence[Part] = ()
        self.environment: dict[str, str] = {}

    async def start(self) -> dict[str, str]:
        private_dir(self.options.state_dir)
        self._new_logs()
        stop_leftovers(self.options.run_dir)
        remove_orphans()
        self.environment = self._own_settings()
        self._parts = plan(self.options, outside=self._outside, secrets=self.environment)
        try:
            for addresses in await side_by_side(*(part.start() for part in self._parts)):
                self.environment |= addresses
        except BaseException:
            await self.stop()
            raise
        self.environment |= self._insisted()
        return self.environment

    async def stop(self) -> None:
        await asyncio.gather(*(part.stop() for part in self._parts))
        self._parts = ()

    def remove(self) -> None:
        """Deletes everything the stopped stack kept."""
        remove_home(self.options.state_dir)
        shutil.rmtree(self.options.socket_dir, ignore_errors=True)
        shutil.rmtree(self.options.state_dir, ignore_errors=True)

    def _new_logs(self) -> None:
        """Each start begins new ones, but for the supervisor's own, which is open."""
        for log in private_dir(self.options.log_dir).glob("*.log"):
            if log.stem != "supervisor":
                log.unlink()

    def _insisted(self) -> dict[str, str]:
        """Settings that were set outside win over ours, and stand in `environment` even where no part knows them."""
        from dogwalk.config import Settings

        ours = {name.upper() for name in Settings.model_fields} | self.environment.keys()
        return {name: value for name, value in self._outside.items() if name in ours and value}

    def _own_settings(self) -> dict[str, str]:
        environment = "test" if self.options.kind is Kind.TEST else "development"
        objects = str(self.options.state_dir.resolve() / "objects")
        return {
            "ENVIRONMENT": environment,
            "OBJECT_STORE_FOLDER": objects,
            **development_secrets(self.options.state_dir),
        }

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
