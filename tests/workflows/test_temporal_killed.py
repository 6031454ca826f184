"""Workers and the Temporal server killed right after a walker's accept has had its effect: she keeps the walk."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from devstack.parts import project_search_attributes
from devstack.ports import PortBook
from devstack.temporal import Temporal, TemporalOptions
from dogwalk.contracts.booking import AcceptOffer, CommandOfWalker
from dogwalk.db.models.walker import WalkerCalendar
from tests.support.mortal_workers import Death, Workers
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from tests.support.database import Template


class Server:
    """A Temporal server of the test's own, with its history on disk, so that it can be killed and come back."""

    def __init__(self, folder: Path) -> None:
        ports = PortBook()
        self._folder = folder
        self._options = TemporalOptions(
            port=ports.port("temporal"),
            ui_port=ports.port("temporal_ui"),
            database=folder / "temporal.db",
            time_skipping=False,
            search_attributes=project_search_attributes(),
        )

    async def start(self) -> dict[str, str]:
        self._temporal = Temporal(options=self._options, run_dir=self._folder, log_dir=self._folder)
        return await self._temporal.start()

    async def kill(self) -> None:
        assert self._temporal._child
        os.kill(self._temporal._child.pid, signal.SIGKILL)
        await self._temporal.stop()

    async def stop(self) -> None:
        await self._temporal.stop()


@asynccontextmanager
async def _started(folder: Path) -> AsyncIterator[tuple[Server, dict[str, str]]]:
    server = Server(folder)
    addresses = await server.start()
    try:
        yield server, addresses
    finally:
        await server.stop()


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_walker_who_accepted_keeps_the_walk(
    stack_environment: dict[str, str], template: Template, tmp_path: Path, moment: str
) -> None:
    async with (
        _started(tmp_path) as (server, addresses),
        open_world(stack_environment | addresses, template, workers=False) as world,
    ):
        workers = Workers(world.environment)
        workers.start(Death("assignment.claim", moment))
        owner, first, second = await world.town.owner(), await world.town.walker(), await world.town.walker()
        booking_id = await world.book(owner, starts_in=timedelta(minutes=80))
        await world.status(booking_id, "matching", timeout_s=30)
        accepting = asyncio.create_task(world.command(booking_id, "accept_offer", AcceptOffer(walker_id=first)))
        await workers.killed()
        await server.kill()
        await server.start()
        workers.start()
        try:
            async with asyncio.timeout(60):
                state = await accepting
            assert state.walker_id == first
            assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=second)) == "offer_taken"
            assert await _holders(world, booking_id) == [first]
            state = await world.command(booking_id, "on_the_way", CommandOfWalker(walker_id=first))
            assert state.status == "on_the_way"
        finally:
            await workers.stop()


async def _holders(world: World, booking_id: UUID) -> list[UUID]:
    async with world.resources.database.transaction() as session:
        statement = select(WalkerCalendar.walker_id).where(WalkerCalendar.booking_id == booking_id, WalkerCalendar.live)
        return list((await session.scalars(statement)).all())
