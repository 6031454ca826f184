"""Form decoding as Stripe does it: `a[b][0][c]=1` and `a[]=1` become nested objects and lists, values stay text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devstack.stripe.wire import Json

_PART = re.compile(r"\[([^\]]*)\]")


def nest(pairs: Iterable[tuple[str, str]]) -> Json:
    root: Json = {}
    for key, value in pairs:
        head, bracket, _ = key.partition("[")
        _put(root, [head, *_PART.findall(key[len(head) :] if bracket else "")], value)
    return {key: _listed(value) for key, value in root.items()}


def _put(node: Json, path: list[str], value: str) -> None:
    for part in path[:-1]:
        child = node.setdefault(part or str(len(node)), {})
        if not isinstance(child, dict):
            child = node[part] = {}
        node = child
    node[path[-1] or str(len(node))] = value


def _listed(value: object) -> object:
    """An object whose keys are 0..n-1 was a list."""
    if not isinstance(value, dict):
        return value
    children = {key: _listed(child) for key, child in value.items()}
    is_list = bool(children) and list(children) == [str(i) for i in range(len(children))]
    return list(children.values()) if is_list else children
