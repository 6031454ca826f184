from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dogwalk.db.repositories.idempotency import ReservationKey
from dogwalk.services.idempotency import Idempotency, KeptAnswer, Reservation
from tests.support.photos import photo
from tests.support.rows import open_rows
from workers.housekeeping import PARTITIONS_AHEAD, Housekeeping

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


async def test_answers_are_kept_seven_days_and_no_longer(resources: Resources) -> None:
    idempotency, now = Idempotency(database=resources.database, vault=resources.vault), resources.wall_clock.now()
    for key, age_days in (("old", 8), ("young", 6)):
        which = ReservationKey(principal="ada", route="POST /v1/things", key=key)
        reserved = await idempotency.reserve(which, body_hash="b", at=now - timedelta(days=age_days))
        assert isinstance(reserved, Reservation)
        await idempotency.complete(reserved, KeptAnswer(status=201, content={}))
    await Housekeeping(resources=resources).run()
    async with resources.database.transaction() as session:
        assert list(await session.scalars(text("SELECT key FROM idempotency_record"))) == ["young"]


async def test_tomorrows_partitions_are_there_and_a_second_run_changes_nothing(resources: Resources) -> None:
    for _ in range(2):
        await Housekeeping(resources=resources).run()
    last = (resources.wall_clock.now() + PARTITIONS_AHEAD).date()
    async with resources.database.transaction() as session:
        assert await session.scalar(text(f"SELECT to_regclass('position_{last:%Y%m%d}')"))


async def test_what_no_row_needs_is_deleted_from_the_store(resources: Resources) -> None:
    key, _ = await resources.photo_shelf.put(photo(), at=resources.clock.now() - timedelta(hours=2))
    await resources.photo_shelf.put(photo(), at=resources.clock.now())
    await Housekeeping(resources=resources).run()
    async with resources.database.transaction() as session:
        left = list(await session.scalars(text("SELECT key FROM stored_object")))
    assert (len(left), key in left) == (1, False)
