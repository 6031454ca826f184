"""Where it is measured: the embedded services as the tests have them, started for this run and stopped with it."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.options import Kind, StackOptions
from devstack.stack import Stack
from devstack.testing import _state_dir
from tests.support.database import Template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done. `replays`: of one history."""

    replays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    environment: dict[str, str]
    template: Template
    size: Size


@asynccontextmanager
async def open_place(size: Size) -> AsyncIterator[Place]:
    stack = Stack(options=StackOptions(kind=Kind.TEST, state_dir=_state_dir()), outside=os.environ)
    try:
        await stack.start()
        environment = {**os.environ, **stack.environment}
        template = await Template(url=environment["DATABASE_URL"]).make(environment)
        yield Place(environment=environment, template=template, size=size)
    finally:
        await stack.stop()
        stack.remove()
