"""The index finds what FastAPI would have found, and nothing else."""

from __future__ import annotations

import re
from uuid import uuid4

from starlette.routing import BaseRoute, Match

from api.main import create_app
from api.openapi import operations
from api.route_index import FOUND, RouteIndex
from dogwalk.config import Settings


def test_every_operation_is_found_where_fastapi_would_find_it() -> None:
    app = create_app(Settings())
    index, *others = app.router.routes
    assert isinstance(index, RouteIndex)
    ours = [one for one in operations(app) if one.path_format and one.path_format.startswith("/v1/")]
    asked = {(method, _path(one.path_format or "")) for one in ours for method in one.methods or ()}
    assert len(asked) > 100
    assert [one for one in asked if _found(index, *one) is not _sought(others, *one)] == []


def test_what_is_not_there_is_left_to_fastapi() -> None:
    index = create_app(Settings()).router.routes[0]
    absent = [("GET", "/v1/cats"), ("GET", ""), ("PATCH", "/v1/bookings"), ("GET", "/v1/bookings/"), ("GET", "/%00")]
    assert [one for one in absent if _found(index, *one) is not None] == []


def _path(template: str) -> str:
    return re.sub(r"{[^}]*}", str(uuid4()), template)


def _scope(method: str, path: str) -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def _found(index: BaseRoute, method: str, path: str) -> object:
    return index.matches(_scope(method, path))[1].get(FOUND)


def _sought(routes: list[BaseRoute], method: str, path: str) -> object:
    return next(one for one in routes if one.matches(_scope(method, path))[0] is Match.FULL)
