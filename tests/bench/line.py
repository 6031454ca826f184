"""One kept connection to a local server, by the cheapest client there can be: what it costs falls on ours and the floor."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
STATUS = slice(9, 12)  # HTTP/1.1 200
REFUSED = 400


class Unexpected(RuntimeError):
    """An answer that is not what is measured."""

    def __init__(self, asked: bytes, status: int, content: bytes) -> None:
        super().__init__(f"{asked.split(b' HTTP', 1)[0].decode()}: {status} {content[:300].decode()}")
        self.status = status
        self.content = content


def request(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    said = {"Host": "bench", "Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


@dataclass(kw_only=True)
class Line:
    """`async with Line(port=…)`: one request at a time."""

    port: int

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def ask(self, asked: bytes) -> bytes:
        """The body of the answer. Unexpected unless it is one of success."""
        self._writer.write(asked)
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = LENGTH.search(head)
        content = await self._reader.readexactly(int(found[1]) if found else 0)
        if int(head[STATUS]) >= REFUSED:
            raise Unexpected(asked, int(head[STATUS]), content)
        return content
