"""One run over the benches that were chosen: what it says meanwhile, what it found, what it could not measure."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.bench.benches import Bench
    from tests.bench.place import Place


@dataclass(kw_only=True)
class Run:
    """`failed`: the benches that broke or did not get their turn. One that breaks does not stop the others."""

    figures: list[Figure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _began_s: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began_s

    async def measure(self, benches: Mapping[str, Bench], place: Place, *, limit_s: float) -> None:
        for number, bench in benches.items():
            self.say(f"{number} …")
            try:
                async with asyncio.timeout(limit_s - self.seconds):
                    self.figures += await bench(place)
            except Exception as error:  # noqa: BLE001 the others are measured, whatever this one met
                self.failed.append(number)
                self.say(f"{number} failed: {type(error).__name__}: {error}\n{traceback.format_exc()}")

    def say(self, text: str) -> None:
        """Beside the table, so that the last line of the output stays the last."""
        print(f"{self.seconds:6.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201 a command line speaks to a person
