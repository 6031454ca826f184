from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.adapters.workflow_keys import KeyDestroyed, WorkflowKeys
from dogwalk.db.models.household import Home
from dogwalk.db.models.person import TwoFactor, WorkflowKey
from dogwalk.db.repositories.idempotency import ReservationKey
from dogwalk.services.idempotency import Idempotency, KeptAnswer, Reservation
from dogwalk.services.rewrapping import Rewrapping
from tests.support.photos import photo
from tests.support.rows import make_booking, make_person, open_rows
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


async def test_a_rolled_key_is_left_behind(resources: Resources) -> None:
    """Data keys, ways in and second factors open as before, and the old key is needed no more."""
    old, person_id = resources.vault, await make_person(resources)
    await make_booking(resources, owner_id=person_id)
    data_key = await WorkflowKeys(database=resources.database, vault=old).for_writing("booking-1")
    async with resources.database.transaction() as session:
        key_id, secret = old.wrap(b"totp")
        session.add(TwoFactor(person_id=person_id, key_id=key_id, secret_sealed=secret, created_at=func.now()))
        home = (await session.scalars(select(Home))).one()
        home.access_key_id, home.access_sealed = old.wrap(b"key box")
        session.add(WorkflowKey(workflow_id="erased", key_id=key_id, wrapped=None, destroyed_at=func.now()))
    keys = resources.settings.payload_key_encryption_keys.get_secret_value()
    rolled = Rewrapping(database=resources.database, vault=SettingsKeyVault(keys=f"new:rolled,{keys}"))
    assert (await rolled.run(), await rolled.run()) == (3, 0)
    alone = SettingsKeyVault(keys="new:rolled")
    async with resources.database.transaction() as session:
        factor, home = (await session.scalars(select(TwoFactor))).one(), (await session.scalars(select(Home))).one()
        assert (home.access_key_id, factor.key_id) == ("new", "new")
        assert alone.unwrap("new", home.access_sealed or b"") == b"key box"
        assert alone.unwrap("new", factor.secret_sealed) == b"totp"
    reader = WorkflowKeys(database=resources.database, vault=alone)
    assert await reader.for_reading("booking-1") == data_key
    with pytest.raises(KeyDestroyed):
        await reader.for_reading("erased")
