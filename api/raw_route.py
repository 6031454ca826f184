"""Routes that read their request themselves: guarded, limited and documented like any other, without FastAPI's parsing,
which costs more than all the work of taking positions in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi.routing import APIRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response

JSON = "application/json"
REFERENCE = "#/components/schemas/{name}"


class RawRoute(APIRoute):
    """Its function gets the request and nothing else: it asks its policy itself. `dependencies` names the policy for the
    document and for the test that every route has one.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


def json_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """`content` of a request's or an answer's description."""
    (schema,), definitions = msgspec.json.schema_components((struct,), ref_template=REFERENCE)
    return {JSON: {"schema": _inlined(schema, definitions)}}


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """The document's own definitions are FastAPI's to make."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in part.items()}
