"""Where it is measured: the embedded services as the tests have them, started for this run and stopped with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.options import Kind, StackOptions
from devstack.stack import Stack
from devstack.testing import _state_dir
from tests.support.database import Template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done. `replays`: of one history, in each of two rounds. `running`: bookings in one worker. `posts`: of
    bookings. `walk_rounds` of `walk_s`, `read_rounds` of `read_s` seconds each, for ours and for the floor. `walkers`: of
    B5, the smallest first, and in one town `denser` times as many as elsewhere; `questions` of each kind.
    """

    replays: int = 200
    running: int = 1000
    posts: int = 200
    walk_rounds: int = 2
    walk_s: float = 15.0
    read_rounds: int = 4
    read_s: float = 2.5
    walkers: tuple[int, ...] = (1_000, 10_000, 100_000)
    denser: int = 100
    questions: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`environment`: every setting of the running services. `template`: a migrated database to clone. `state_dir`: for
    records and logs of processes. `say` tells how far it is.
    """

    environment: dict[str, str]
    template: Template
    state_dir: Path
    size: Size
    say: Callable[[str], None]


@asynccontextmanager
async def open_place(size: Size, *, say: Callable[[str], None]) -> AsyncIterator[Place]:
    options = StackOptions(kind=Kind.TEST, state_dir=_state_dir())
    stack = Stack(options=options, outside=os.environ)
    try:
        await stack.start()
        environment = {**os.environ, **stack.environment}
        template = await Template(url=environment["DATABASE_URL"]).make(environment)
        yield Place(environment=environment, template=template, state_dir=options.state_dir, size=size, say=say)
    finally:
        await stack.stop()
        stack.remove()
