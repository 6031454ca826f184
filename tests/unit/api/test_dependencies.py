"""What a route takes is made on the event loop: a plain function would cost every request a hop to a thread and back."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from api.main import create_app
from api.openapi import operations
from dogwalk.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_no_dependency_of_a_route_runs_in_a_thread() -> None:
    routes = list(operations(create_app(Settings())))
    made = {call for route in routes for call in _calls(route.dependant)}
    assert len(made) > 10
    assert sorted(str(call) for call in made if not _is_async(call)) == []


def _calls(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _is_async(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004 a class's
