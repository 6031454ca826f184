"""A walk from its assignment to its figures, on the real database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from devstack.walks import OPEN_SKY, synthetic_walk
from dogwalk.bootstrap import Resources
from dogwalk.db.repositories import track as tracks
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.policy import Walking
from dogwalk.domain.track import Fix
from dogwalk.domain.track.packed import unpack
from dogwalk.domain.track.shape import decoded_route
from dogwalk.errors import NotFound
from tests.support.rows import open_rows
from tests.support.tracks import PHONE, Assigned, assigned

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from dogwalk.db.models.tracking import Track, Walk
    from dogwalk.services.tracking.walk import Recorded
    from tests.support.database import Template

STARTED = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
BOOKED = timedelta(minutes=30)


def home_walk(seed: int = 7) -> list[Fix]:
    """Half an hour from the door; the second half is the first one backwards, so that it ends there."""
    out = synthetic_walk(seed=seed, duration_s=900, started_at_s=STARTED.timestamp(), reception=OPEN_SKY).fixes
    back = [fix._replace(at_s=2 * out[-1].at_s - fix.at_s) for fix in reversed(out[:-1])]
    return [*out, *back]


@dataclass(kw_only=True)
class Books:
    """The recorder with one assigned walk."""

    resources: Resources
    walk: Assigned

    async def say(self, method: str, **given: Any) -> Any:
        async with self.resources.database.transaction() as session:
            return await getattr(self.resources.walk_recorder, method)(session, **self.walk.ids, **given)

    async def finish(self, after: timedelta = BOOKED, *, at: datetime = STARTED + BOOKED) -> Recorded:
        recorded: Recorded = await self.say(
            "finish",
            started_at=STARTED,
            finished_at=STARTED + after,
            booked_s=int(BOOKED.total_seconds()),
            policy=Walking(),
            at=at,
        )
        return recorded

    async def row(self) -> Walk:
        async with self.resources.database.transaction() as session:
            found = await walks.get(session, self.walk.booking_id, 1)
        assert found is not None
        return found

    async def track(self) -> Track:
        async with self.resources.database.transaction() as session:
            found = await tracks.get(session, self.walk.walk_id)
        assert found is not None
        return found


@pytest.fixture
async def books(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Books]:
    async with open_rows(stack_environment, template) as resources:
        yield Books(resources=resources, walk=await assigned(resources))


def length_m(fixes: Sequence[Fix]) -> float:
    from dogwalk.domain.geo import haversine_m

    return sum(haversine_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(fixes))


async def test_a_walk_opens_from_the_earliest_time_ever_said(books: Books) -> None:
    for minutes in (30, 10, 20):
        await books.say("opened", opens_at=STARTED - timedelta(minutes=minutes))
    assert (await books.row()).opens_at == STARTED - timedelta(minutes=30)


async def test_a_walk_opened_twice_is_one(books: Books) -> None:
    given = {"walker_id": books.walk.walker_id, "owner_id": books.walk.owner_id, "home_lat": 0.0, "home_lon": 0.0}
    before = await books.row()
    await books.say("open_walk", **given, policy_walking=Walking(), at=STARTED)
    after = await books.row()
    assert (after.id, after.home_lat) == (before.id, before.home_lat)
    assert (after.home_radius_m, after.max_ahead_s) == (75.0, 120)


async def test_a_start_tried_again_counts_from_the_later_word(books: Books) -> None:
    await books.say("start", at=STARTED)
    await books.say("start", at=STARTED + timedelta(seconds=5))
    assert (await books.row()).started_at == STARTED + timedelta(seconds=5)


async def test_a_served_walk_has_figures_verdict_and_a_track(books: Books) -> None:
    fixes = home_walk()
    await books.walk.store(fixes)
    recorded = await books.finish()
    assert recorded.verdict == {"kind": "served", "reasons": [], "served_s": 1800.0, "coverage": 1.0}
    assert recorded.evidence_complete
    assert (recorded.duration_s, recorded.positions_stored) == (1800.0, len(fixes))
    row, track = await books.row(), await books.track()
    assert (row.started_at, row.finished_at) == (STARTED, STARTED + BOOKED)
    assert row.closes_at == STARTED + BOOKED + timedelta(hours=48)
    assert (track.n, track.t0, track.t1) == (len(fixes), STARTED, STARTED + BOOKED)
    assert track.stats["distance_m"] == recorded.distance_m
    assert track.verdict == recorded.verdict


async def test_a_track_at_rest_is_what_was_stored(books: Books) -> None:
    fixes = home_walk()
    await books.walk.store(fixes)
    recorded = await books.finish()
    track = await books.track()
    assert unpack(track.packed) == [fixes]
    assert sha256(track.packed).hexdigest() == track.sha256
    assert len(track.packed) < 8.4 * len(fixes)
    drawn = [Fix(0.0, lat, lon) for lat, lon in decoded_route(track.polyline)]
    assert length_m(drawn) == pytest.approx(recorded.distance_m, rel=0.03)


async def test_finishing_again_changes_nothing(books: Books) -> None:
    await books.walk.store(home_walk())
    first = await books.finish()
    track = await books.track()
    assert await books.finish() == first
    assert (await books.track()).sha256 == track.sha256


async def test_positions_that_come_late_correct_the_verdict(books: Books) -> None:
    fixes = home_walk()
    await books.walk.store(fixes[:300])
    silent = await books.finish()
    assert silent.verdict["kind"] == "inconclusive"
    assert "low_coverage" in silent.verdict["reasons"]
    assert not silent.evidence_complete
    await books.walk.store(fixes[300:])
    corrected = await books.finish(at=STARTED + timedelta(hours=2))
    assert (corrected.verdict["kind"], corrected.evidence_complete) == ("served", True)
    assert corrected.distance_m > 2 * silent.distance_m
    assert (await books.track()).updated_at == STARTED + timedelta(hours=2)


async def test_a_walk_nobody_saw_is_inconclusive(books: Books) -> None:
    recorded = await books.finish()
    assert recorded.verdict["kind"] == "inconclusive"
    assert (recorded.distance_m, recorded.positions_stored) == (0.0, 0)
    track = await books.track()
    assert (track.n, track.t0, track.polyline) == (0, None, "")


async def test_two_phones_on_one_walk_are_one_walk(books: Books) -> None:
    await books.walk.store(home_walk())
    alone = await books.finish()
    await books.walk.store([fix._replace(lat=fix.lat + 2e-5) for fix in home_walk()], device_id=uuid4())
    both = await books.finish()
    assert both.distance_m == pytest.approx(alone.distance_m, rel=0.02)
    assert both.positions_stored == 2 * alone.positions_stored


async def test_a_phone_that_dies_hands_over_to_the_other(books: Books) -> None:
    fixes = home_walk()
    await books.walk.store(fixes[:600])
    await books.walk.store(fixes[600:], device_id=UUID(int=2))
    async with books.resources.database.transaction() as session:
        row = await walks.get(session, books.walk.booking_id, 1, lock=True)
        assert row is not None
        row.primary_device_id = PHONE
    recorded = await books.finish()
    assert (recorded.verdict["kind"], recorded.verdict["coverage"]) == ("served", 1.0)
    assert [len(one) for one in unpack((await books.track()).packed)] == [1201, 600]


async def test_what_lies_outside_of_the_walk_is_not_kept(books: Books) -> None:
    fixes = home_walk()
    early = [fix._replace(at_s=fix.at_s - 3600) for fix in fixes[:600]]
    await books.walk.store([*early, *fixes])
    recorded = await books.finish()
    assert (await books.track()).n == len(fixes)
    assert recorded.positions_stored == len(fixes) + len(early)


async def test_a_walk_that_will_not_take_place_takes_no_position(books: Books) -> None:
    await books.say("opened", opens_at=STARTED)
    await books.say("close")
    row = await books.row()
    assert row.closes_at is not None
    assert row.opens_at is not None
    assert row.closes_at <= row.opens_at


async def test_closing_a_finished_walk_leaves_it_open_for_late_positions(books: Books) -> None:
    await books.finish()
    await books.say("close")
    assert (await books.row()).closes_at == STARTED + BOOKED + timedelta(hours=48)


async def test_a_walk_never_opened_cannot_finish(books: Books) -> None:
    async with books.resources.database.transaction() as session:
        with pytest.raises(NotFound):
            await books.resources.walk_recorder.finish(
                session,
                booking_id=books.walk.booking_id,
                assignment_no=2,
                started_at=STARTED,
                finished_at=STARTED,
                booked_s=1800,
                policy=Walking(),
                at=STARTED,
            )
