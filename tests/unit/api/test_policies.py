"""Who may call is said at every route, once; and every router is served."""

from __future__ import annotations

import pkgutil
from collections import Counter
from importlib import import_module

import pytest
from fastapi import APIRouter, FastAPI

import api.routers
from api.deps import SignedIn, public
from api.main import create_app
from api.openapi import operations, policies_of
from api.routers import ROUTERS
from dogwalk.config import ApiDocs, Settings


@pytest.mark.parametrize("docs", list(ApiDocs))
def test_every_route_names_exactly_one_policy(docs: ApiDocs) -> None:
    app = create_app(Settings(api_docs=docs))
    counted = {f"{sorted(one.methods or ())} {one.path_format}": len(set(policies_of(one))) for one in operations(app)}
    assert len(counted) > 3
    assert {route: count for route, count in counted.items() if count != 1} == {}


def test_a_route_without_a_policy_or_with_two_would_be_found() -> None:
    trial = APIRouter()

    async def open_to_chance() -> None: ...

    async def undecided(who: SignedIn) -> None:
        del who

    undecided.__annotations__ = {"who": SignedIn, "return": None}
    trial.add_api_route("/none", open_to_chance)
    trial.add_api_route("/two", undecided, dependencies=[public])
    app = FastAPI()
    app.include_router(trial)
    found = {one.path_format: len(set(policies_of(one))) for one in operations(app)}
    assert (found["/none"], found["/two"]) == (0, 2)


def test_every_router_module_is_served() -> None:
    served = {id(router) for router in ROUTERS}
    modules = {one.name: import_module(f"api.routers.{one.name}") for one in pkgutil.iter_modules(api.routers.__path__)}
    assert [name for name, module in modules.items() if id(module.router) not in served] == []


def test_operations_have_names_of_their_own() -> None:
    """Two of the same name are a 500 where the document is asked for."""
    names = Counter(one.name for one in operations(create_app(Settings())) if one.include_in_schema)
    assert [name for name, times in names.items() if times > 1] == []
