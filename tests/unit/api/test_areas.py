"""A process may serve some of the areas alone."""

from __future__ import annotations

import pytest

from api.areas import AREAS, EVERYWHERE
from api.main import create_app
from api.openapi import TAGS, operations
from api.routers import ROUTERS
from dogwalk.config import ConfigurationError, Settings


def _paths(api_areas: str) -> set[str]:
    return {one.path_format or "" for one in operations(create_app(Settings(api_areas=api_areas)))}


def test_every_tag_belongs_to_one_area() -> None:
    placed = [tag for tags in (*AREAS.values(), EVERYWHERE) for tag in tags]
    assert sorted(placed) == sorted(TAGS)


def test_every_router_belongs_to_one_area() -> None:
    for router in ROUTERS:
        homes = [tags for tags in (*AREAS.values(), EVERYWHERE) if not tags.isdisjoint(map(str, router.tags))]
        assert len(homes) == 1, router.routes


def test_one_area_and_the_operations_of_every_process() -> None:
    paths = _paths("auth")
    assert {"/v1/auth/login", "/v1/me", "/healthz", "/readyz", "/auth/api-docs"} <= paths
    assert not any(path.startswith(("/v1/bookings", "/v1/webhooks", "/booking/")) for path in paths)


def test_several_areas() -> None:
    paths = _paths("payment, tracking")
    assert {"/v1/webhooks/stripe", "/v1/bookings/{booking_id}/route"} <= paths
    assert "/v1/auth/login" not in paths


def test_the_areas_together_are_the_whole() -> None:
    assert set().union(*(_paths(area) for area in AREAS)) == _paths("")


def test_an_area_that_there_is_not_is_named() -> None:
    with pytest.raises(ConfigurationError, match="there is no walks;"):
        create_app(Settings(api_areas="auth,walks"))
