"""What leaves the emulator: `expand` followed, own keys hidden, lists in Stripe's envelope."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from devstack.stripe.errors import invalid
from devstack.stripe.merchant import Merchant, visible
from devstack.stripe.params import Params

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.stripe.call import Call
    from devstack.stripe.wire import Json

MAX_PAGE = 100
DEFAULT_PAGE = 10
COMPARISONS = {"eq": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def rendered(merchant: Merchant, answer: Json, expand: list[Any]) -> Json:
    shown: Json = visible(answer)
    for path in expand:
        _expand(merchant, shown, str(path).split("."), str(path))
    return shown


def _expand(merchant: Merchant, node: Any, path: list[str], whole: str) -> None:
    if isinstance(node, list):
        for item in node:
            _expand(merchant, item, path, whole)
    elif path and isinstance(node, dict):
        head, *rest = path
        if head not in node:
            raise invalid(f"This property cannot be expanded ({whole}).", param="expand")
        target = merchant.find(node[head]) if isinstance(node[head], str) else None
        if target is not None:
            node[head] = visible(target)
        _expand(merchant, node[head], rest, whole)


def listed(call: Call, items: list[Json]) -> Json:
    """`items` newest first, cut to the page that was asked for."""
    limit = call.params.positive("limit") or DEFAULT_PAGE
    if limit > MAX_PAGE:
        raise invalid(f"Invalid integer: {limit}", param="limit", code="parameter_invalid_integer")
    is_in_time = _period(call.params)
    rest = _paged([item for item in items if is_in_time(item["created"])], call.params, limit)
    return {"object": "list", "data": rest[:limit], "has_more": len(rest) > limit, "url": call.url}


def _paged(items: list[Json], params: Params, limit: int) -> list[Json]:
    ids = [item["id"] for item in items]
    if after := params.text("starting_after"):
        return items[_index(ids, after, "starting_after") + 1 :]
    if before := params.text("ending_before"):
        end = _index(ids, before, "ending_before")
        return items[max(0, end - limit) : end]
    return items


def _index(ids: list[str], object_id: str, param: str) -> int:
    if object_id not in ids:
        raise invalid(f"No such object: '{object_id}'", param=param, code="resource_missing")
    return ids.index(object_id)


def _period(params: Params) -> Callable[[int], bool]:
    """`created=1` or `created[gte]=1&created[lt]=2`."""
    given = params.raw.get("created", {})
    wanted = Params(given if isinstance(given, dict) else {"eq": given})
    wanted.only(*COMPARISONS)
    bounds = [(COMPARISONS[name], wanted.integer(name) or 0) for name in wanted.raw]
    return lambda created: all(compare(created, bound) for compare, bound in bounds)
