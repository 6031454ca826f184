"""Free ports, the same ones again at the next start, so that bookmarks and two checkouts side by side both work."""

from __future__ import annotations

import json
import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Below the range that Linux (32768+), macOS and the BSDs (49152+) give to outgoing connections: nothing takes such a
# port between our look and the child's bind except another stack doing the same.
CANDIDATES = range(18_000, 32_000)
ATTEMPTS = 200


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class PortTaken(RuntimeError):
    """A port that was asked for is somebody else's."""


class PortBook:
    """Ports by name. With a file they are remembered; one that is taken at the next start is replaced.

    `given` are the ones a person insists on.
    """

    def __init__(self, *, file: Path | None = None, given: Mapping[str, int] | None = None) -> None:
        self._file = file
        self._given = dict(given or {})
        self._random = random.Random()
        self._ports = _read(file)
        self._checked: set[str] = set()

    def port(self, name: str) -> int:
        """Asks once a name whether the remembered port is still free: after that our own child may be on it."""
        if name not in self._checked:
            self._ports[name] = self._insisted(name) or self._remembered(name) or self._pick()
            self._checked.add(name)
            self._write()
        return self._ports[name]

    def _insisted(self, name: str) -> int | None:
        port = self._given.get(name)
        if port is not None and not is_free(port):
            raise PortTaken(f"{name.upper()}_PORT={port} is taken by another program")
        return port

    def _remembered(self, name: str) -> int | None:
        port = self._ports.get(name)
        return port if port and is_free(port) else None

    def _pick(self) -> int:
        taken = set(self._ports.values())
        for _ in range(ATTEMPTS):
            port = self._random.choice(CANDIDATES)
            if port not in taken and is_free(port):
                return port
        raise RuntimeError(f"no free port among {ATTEMPTS} tried between {CANDIDATES.start} and {CANDIDATES.stop}")

    def _write(self) -> None:
        if self._file:
            self._file.write_text(json.dumps(self._ports, indent=2, sort_keys=True) + "\n")


def _read(file: Path | None) -> dict[str, int]:
    if file is None or not file.exists():
        return {}
    found: dict[str, int] = json.loads(file.read_text())
    return found
