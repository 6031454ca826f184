"""The API on real services: a database for each test, Redis by prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devstack.standins.client import InboxClient
from dogwalk.domain.policy import MarketPolicy, Offers, Walking
from tests.support.accounts import Somebody, somebody
from tests.support.api import Api, open_api, serve
from tests.support.database import Template
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WIDE = MarketPolicy(version="wide", offers=Offers(wave_size=20), walking=Walking(on_the_way_before_s=6 * 3600))


@pytest.fixture
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template) as opened:
        yield opened


@pytest.fixture
def ada(api: Api, inbox: InboxClient) -> Somebody:
    """Nobody yet: she has an address and a password."""
    return somebody(api, inbox)


@pytest.fixture
async def world(stack_environment: dict[str, str], template: Template) -> AsyncIterator[World]:
    """With workers, for what a booking's workflow answers."""
    async with open_world(stack_environment, template, policy=WIDE) as opened:
        yield opened


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Api]:
    """The API of that world."""
    async with serve(world.settings, world.clock) as opened:
        yield opened
