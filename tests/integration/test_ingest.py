"""Positions on their way into the real database: once each, whatever phones repeat."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text

from dogwalk.adapters.live_positions import RedisLivePositions
from dogwalk.adapters.redis import connect
from dogwalk.domain.track import FixFlag
from dogwalk.errors import Unavailable
from dogwalk.services.tracking import course, ingest
from dogwalk.services.tracking.days import Days
from dogwalk.services.tracking.ingest import Ingest
from dogwalk.services.tracking.news import News
from dogwalk.services.tracking.point import Batch, Rejected, Unreadable
from tests.support.ingesting import UnderWay, under_way
from tests.support.rows import open_rows
from tests.support.tracks import PHONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template

OTHER_PHONE = uuid4()


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


@pytest.fixture
async def walk(resources: Resources) -> UnderWay:
    return await under_way(resources)


def another_process(resources: Resources, *, redis_url: str | None = None) -> Ingest:
    live = RedisLivePositions(client=connect(redis_url) if redis_url else resources.redis, prefix="")
    return Ingest(database=resources.database, days=Days(database=resources.database), news=News(live=live))


async def test_a_batch_sent_twice_is_stored_once(walk: UnderWay) -> None:
    points = walk.steps(50)
    first, before = await walk.send(points), await walk.row()
    again, after = await walk.send(points), await walk.row()
    assert (first.accepted, first.duplicate, first.rejected) == (50, 0, [])
    assert (again.accepted, again.duplicate, again.rejected) == (0, 50, [])
    assert len(await walk.stored()) == 50
    assert after.state == before.state


async def test_a_position_is_stored_as_it_was_sent(walk: UnderWay) -> None:
    sent = walk.point(7.123456, speed_mps=1.4, heading_deg=90.0, battery=0.83)
    await walk.send([sent])
    (row,) = await walk.stored()
    assert (row.at, row.lat, row.lon, row.accuracy_m, row.seq) == (sent.at, sent.lat, sent.lon, 5.0, 7)
    assert (row.speed_mps, row.heading_deg, row.battery, row.flags) == (1.4, 90.0, 0.83, 0)
    assert (row.device_id, row.received_at) == (PHONE, walk.now)


async def test_the_same_instant_twice_in_a_batch_is_one(walk: UnderWay) -> None:
    receipt = await walk.send([walk.point(1), walk.point(1), walk.point(2)])
    assert (receipt.accepted, receipt.duplicate) == (2, 1)


async def test_an_unknown_value_is_none(walk: UnderWay) -> None:
    await walk.send([walk.point(1, accuracy_m=-1.0, speed_mps=-1.0, heading_deg=-1.0, battery=-1.0)])
    (row,) = await walk.stored()
    assert (row.accuracy_m, row.speed_mps, row.heading_deg, row.battery) == (None, None, None, None)


async def test_times_outside_of_the_window_are_put_aside(walk: UnderWay) -> None:
    ahead_s = 30 * 60 + 120
    receipt = await walk.send([walk.point(-1), walk.point(0), walk.point(ahead_s), walk.point(ahead_s + 1)])
    assert receipt.accepted == 2
    assert receipt.rejected == [
        Rejected(None, "time_out_of_window"),
        Rejected(ahead_s + 1, "time_out_of_window"),
    ]
    assert await walk.quarantined() == {"time_out_of_window": 2}
    assert (await walk.running()).refused == {"time_out_of_window": 2}


async def test_before_she_is_on_the_way_nothing_counts(resources: Resources) -> None:
    made = await under_way(resources)
    async with resources.database.transaction() as session:
        await session.execute(text("UPDATE walk SET opens_at = NULL"))
    receipt = await made.send([made.point(1)])
    assert [one.code for one in receipt.rejected] == ["time_out_of_window"]


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0.0), (-90.1, 0.0), (0.0, 180.1), (0.0, -180.1)])
async def test_impossible_places_are_put_aside(walk: UnderWay, lat: float, lon: float) -> None:
    receipt = await walk.send([walk.point(1, lat=lat, lon=lon), walk.point(2)])
    assert (receipt.accepted, receipt.rejected) == (1, [Rejected(1, "bad_coordinates")])


async def test_a_closed_walk_takes_nothing_and_answers_all_the_same(walk: UnderWay) -> None:
    await walk.say("close")
    receipts = [await walk.send(walk.steps(3)) for _ in range(2)]
    assert {one.code for receipt in receipts for one in receipt.rejected} == {"walk_closed"}
    assert await walk.stored() == []
    assert await walk.quarantined() == {"walk_closed": 3}


async def test_after_the_finish_late_positions_count_and_later_ones_do_not(walk: UnderWay) -> None:
    async with walk.resources.database.transaction() as session:
        finished_at = walk.opened_at + timedelta(seconds=600)
        await session.execute(
            text("UPDATE walk SET finished_at = :at, closes_at = :at + interval '48 hours'").bindparams(at=finished_at)
        )
    receipt = await walk.send([walk.point(599), walk.point(720), walk.point(721)])
    assert (receipt.accepted, receipt.rejected) == (2, [Rejected(721, "time_out_of_window")])
    late = Batch(walk.walk.walk_id, PHONE, finished_at + timedelta(hours=48), [walk.point(598)])
    assert (await walk.resources.ingest.add(late)).rejected == [Rejected(598, "walk_closed")]


async def test_a_walk_that_is_gone_is_a_closed_one(walk: UnderWay) -> None:
    receipt = await walk.resources.ingest.add(Batch(uuid4(), PHONE, walk.now, walk.steps(2)))
    assert [one.code for one in receipt.rejected] == ["walk_closed", "walk_closed"]


async def test_a_wrapped_gps_week_is_undone_and_flagged(walk: UnderWay) -> None:
    sent = walk.point(5)
    old = walk.point(5 - timedelta(weeks=1024).total_seconds())
    assert (await walk.send([old])).accepted == 1
    (row,) = await walk.stored()
    assert (row.at, row.flags) == (sent.at, FixFlag.ROLLOVER)


async def test_odd_positions_are_kept_and_flagged(walk: UnderWay) -> None:
    place = {"lat": 48.2, "lon": 11.6}
    await walk.send([walk.point(1, mock=True), walk.point(2, lat=0.0, lon=0.0), walk.point(3, **place)])
    await walk.send([walk.point(4, **place)])
    assert [row.flags for row in await walk.stored()] == [FixFlag.MOCK, FixFlag.ZERO, 0, FixFlag.STALE]
    last = (await walk.running()).last
    assert last is not None
    assert last.at_s == walk.point(4).at.timestamp()


async def test_late_positions_are_stored_and_move_nobody(walk: UnderWay) -> None:
    await walk.send(walk.steps(10, first_s=100))
    before = await walk.running()
    receipt = await walk.send(walk.steps(10))
    after = await walk.running()
    assert receipt.accepted == 10
    assert (after.last, after.fence, after.crossings) == (before.last, before.fence, before.crossings)
    assert (after.stored, after.late) == (20, 10)
    assert (await walk.row()).last_at == walk.point(109).at


async def test_two_phones_on_one_walk_are_one_walker(walk: UnderWay) -> None:
    await walk.send([walk.point(1)])
    await walk.send([walk.point(2, distance_m=900.0)], device_id=OTHER_PHONE)
    running = await walk.running()
    assert (await walk.row()).primary_device_id == PHONE
    assert running.last is not None
    assert running.last.at_s == walk.point(1).at.timestamp()
    assert running.stored == 2


async def test_a_silent_phone_hands_over(walk: UnderWay) -> None:
    await walk.send([walk.point(1)])
    await walk.send([walk.point(122)], device_id=OTHER_PHONE)
    assert (await walk.row()).primary_device_id == OTHER_PHONE


async def test_phones_and_positions_of_a_walk_have_a_limit(walk: UnderWay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "DEVICES_MAX", 2)
    monkeypatch.setattr(course, "STORED_MAX", 12)
    phones = [uuid4() for _ in range(4)]
    receipts = await asyncio.gather(*(walk.send(walk.steps(5), device_id=phone) for phone in phones))
    assert sorted(one.accepted for one in receipts) == [0, 0, 5, 5]
    used = phones[next(n for n, one in enumerate(receipts) if one.accepted)]
    receipt = await walk.send(walk.steps(5, first_s=10), device_id=used)
    assert (receipt.accepted, [one.code for one in receipt.rejected]) == (2, ["walk_full"] * 3)
    assert await walk.quarantined() == {"too_many_devices": 10, "walk_full": 3}


async def test_what_is_put_aside_has_a_limit_too(walk: UnderWay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "QUARANTINED_MAX", 3)
    for _ in range(2):
        receipt = await walk.send([walk.point(-n) for n in range(1, 6)])
        assert len(receipt.rejected) == 5
    assert await walk.quarantined() == {"time_out_of_window": 3}
    assert (await walk.running()).refused == {"time_out_of_window": 10}


async def test_home_is_left_and_entered_once_each(walk: UnderWay) -> None:
    distances_m = [10.0] * 10 + [200.0] * 20 + [400.0] + [200.0] * 10 + [20.0] * 10
    points = [walk.point(1700 + n, distance_m=metres) for n, metres in enumerate(distances_m)]
    for first in range(0, len(points), 7):
        await walk.send(points[first : first + 7])
    await walk.send(points)
    crossings = (await walk.running()).crossings
    assert [(one.is_entering, one.is_late) for one in crossings] == [(False, False), (True, False)]
    assert [one.at_s for one in crossings] == [points[10].at.timestamp(), points[41].at.timestamp()]


async def test_a_crossing_heard_of_late_is_recorded_as_late(walk: UnderWay) -> None:
    await walk.send([*[walk.point(n, distance_m=10.0) for n in range(3)], *walk.steps(10, first_s=60)])
    (crossing,) = (await walk.running()).crossings
    assert (crossing.is_entering, crossing.is_late) == (False, True)


async def test_many_requests_for_the_same_keys_at_once_never_deadlock(resources: Resources) -> None:
    """Two processes and many walks, every batch in another order."""
    walks = [await under_way(resources) for _ in range(6)]
    random, processes = Random(5), [another_process(resources) for _ in range(3)]
    sendings = [(each, random.sample(each.steps(40), 40), process) for each in walks for process in processes * 4]
    random.shuffle(sendings)
    receipts = await asyncio.gather(*(each.send(points, ingest=process) for each, points, process in sendings))
    assert sum(one.accepted for one in receipts) == 6 * 40
    assert sum(one.duplicate for one in receipts) == 6 * 40 * 11
    assert [len(await each.stored()) for each in walks] == [40] * 6
    assert [(await each.running()).stored for each in walks] == [40] * 6
    await asyncio.gather(*(process.close() for process in processes))


async def test_redis_away_delays_nobody_and_loses_nothing(walk: UnderWay) -> None:
    process = another_process(walk.resources, redis_url="unix:///nonexistent/valkey.sock")
    receipt = await walk.send(walk.steps(30), ingest=process)
    assert receipt.accepted == 30
    assert len(await walk.stored()) == 30
    await process.close()


async def test_one_request_the_database_refuses_does_not_harm_the_others(resources: Resources) -> None:
    walks = [await under_way(resources) for _ in range(5)]
    same_lane = [one for one in walks if one.walk.walk_id.int % ingest.FLUSHERS == walks[0].walk.walk_id.int % 2]
    guilty = walks[0]
    poisoned = Batch(guilty.walk.walk_id, PHONE, guilty.now, guilty.steps(2), [Unreadable(9, "a NUL: \x00")])
    sent = [resources.ingest.add(poisoned), *(one.send(one.steps(3)) for one in same_lane)]
    answers = await asyncio.gather(*sent)
    assert answers[0].rejected == [Rejected(0, "unstorable"), Rejected(1, "unstorable"), Rejected(9, "unstorable")]
    assert [one.accepted for one in answers[1:]] == [3] * len(same_lane)
    assert await guilty.quarantined() == {"unstorable": 3}


async def test_more_than_can_be_stored_is_turned_away_to_come_again(
    walk: UnderWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "QUEUE_MAX", 25)
    answers = await asyncio.gather(
        *(walk.send(walk.steps(10, first_s=10.0 * n)) for n in range(4)), return_exceptions=True
    )
    assert [isinstance(one, Unavailable) for one in answers] == [False, False, True, True]
    assert (await walk.send(walk.steps(10, first_s=30.0))).accepted == 10


async def test_what_was_taken_in_is_stored_before_the_process_ends(walk: UnderWay) -> None:
    process = another_process(walk.resources)
    sending = asyncio.gather(*(walk.send(walk.steps(10, first_s=10.0 * n), ingest=process) for n in range(5)))
    await asyncio.sleep(0)
    await process.close()
    assert [one.accepted for one in await sending] == [10] * 5


async def test_a_database_error_is_an_answer_and_not_the_end(walk: UnderWay) -> None:
    async with walk.resources.database.transaction() as session:
        await session.execute(text("ALTER TABLE position RENAME TO elsewhere"))
    with pytest.raises(Unavailable):
        await walk.send(walk.steps(3))
    async with walk.resources.database.transaction() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO position"))
    assert (await walk.send(walk.steps(3))).accepted == 3


async def test_positions_stand_in_partitions_made_ahead(walk: UnderWay) -> None:
    await walk.send([walk.point(0)])
    async with walk.resources.database.transaction() as session:
        found = await session.scalars(text("SELECT DISTINCT tableoid::regclass::text FROM position"))
        assert list(found) == [f"position_{walk.opened_at:%Y%m%d}"]
        following = walk.now + timedelta(days=2)
        assert await session.scalar(text(f"SELECT to_regclass('position_{following:%Y%m%d}') IS NOT NULL"))


async def test_a_day_without_a_partition_is_stored_all_the_same(walk: UnderWay) -> None:
    """A walk of last week, corrected by support."""
    week = timedelta(days=7)
    async with walk.resources.database.transaction() as session:
        await session.execute(text("UPDATE walk SET opens_at = opens_at - interval '7 days'"))
    assert (await walk.send([walk.point(-week.total_seconds())])).accepted == 1
