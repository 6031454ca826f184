"""Which router a path belongs to, looked up and not sought.

FastAPI asks each of fifty routers in turn, and each of their routes: a third of a millisecond before `/v1/bookings` is
reached, more than one for the last of them. The index is one route before all others that knows, by the shape of a path,
the few routers that may have it; they are asked in their order. What it does not find, FastAPI seeks as ever: 404 and 405
are its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fastapi.routing import iter_route_contexts
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.types import Receive, Scope, Send

FOUND = "dogwalk.router"
Shape = tuple[str | None, ...]  # a path's segments, None for a parameter


class RouteIndex(BaseRoute):
    def __init__(self, routers: Sequence[BaseRoute]) -> None:
        self._routers = routers
        self._by_shape: dict[Shape, set[int]] = defaultdict(set)
        self._parameters: dict[int, set[tuple[int, ...]]] = defaultdict(set)  # of paths of so many segments
        self._any_depth: set[int] = set()
        for number, router in enumerate(routers):
            self._add(number, router)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http":
            for router in self._candidates(get_route_path(scope)):
                if router.matches(scope)[0] is Match.FULL:
                    return Match.FULL, {FOUND: router}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[FOUND].handle(scope, receive, send)

    def _add(self, number: int, router: BaseRoute) -> None:
        for context in iter_route_contexts([router]):
            if context.path is None or ":" in context.path:  # a parameter with a converter may be of several segments
                self._any_depth.add(number)
                continue
            shape = _shape(context.path)
            self._by_shape[shape].add(number)
            self._parameters[len(shape)].add(tuple(at for at, segment in enumerate(shape) if segment is None))

    def _candidates(self, path: str) -> Iterator[BaseRoute]:
        segments, numbers = path.split("/"), set(self._any_depth)
        for parameters in self._parameters.get(len(segments), ()):
            shape = tuple(None if at in parameters else segment for at, segment in enumerate(segments))
            numbers |= self._by_shape.get(shape, set())
        return (self._routers[number] for number in sorted(numbers))


def _shape(path: str) -> Shape:
    return tuple(None if "{" in segment else segment for segment in path.split("/"))
