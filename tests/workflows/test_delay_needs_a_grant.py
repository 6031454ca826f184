"""A delay moves people, and is a signal that anybody at the Temporal UI or CLI may send: nothing moves without a grant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from dogwalk.contracts.support import Delay, Reassign, SupportCommand
from dogwalk.db.repositories import calendar
from tests.support.deeds import AGENT, booking_asked, deeds_on, events_of, with_grant

if TYPE_CHECKING:
    from tests.support.world import World

HOUR_S = 3600


async def test_only_the_delay_that_was_granted_moves_a_walk_once_and_however_late_it_is_heard(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    storm = Delay(action_id=uuid4(), reason="storm", actor_id=AGENT, cause="storm", by_s=HOUR_S)
    granted = with_grant(world, "delay", booking_id, storm)
    await world.advance(booking_id, timedelta(minutes=6))
    before = await _all_of(world, booking_id)
    for forged in _not_granted(world, booking_id, granted):
        await world.handles[booking_id].signal("delay", forged)
    await _has_heard(world, booking_id)
    assert await _all_of(world, booking_id) == before
    for _ in range(2):
        await world.handles[booking_id].signal("delay", granted)
    await _has_heard(world, booking_id)
    assert [(deed.actor, deed.action, deed.data) for deed in await deeds_on(world, booking_id)] == [
        (str(AGENT), "delay", {"by_s": HOUR_S})
    ]
    after, hour = await _all_of(world, booking_id), timedelta(seconds=HOUR_S)
    assert after["times"] == after["calendar"] == [one + hour for one in before["times"]]
    assert (await world.told(booking_id))[("walk_delayed", walker)] == 1


async def test_a_delay_that_was_passed_over_cannot_be_sent_again(world: World) -> None:
    """The walker stood at the door; later another is looked for, and somebody has copied it out of the history."""
    booking_id, _, walker = await booking_asked(world, starts_in=timedelta(minutes=100))
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=15))
    await world.step(booking_id, "arrive", walker)
    storm = Delay(action_id=uuid4(), reason="storm", actor_id=AGENT, cause="storm", by_s=HOUR_S)
    granted = with_grant(world, "delay", booking_id, storm)
    await world.handles[booking_id].signal("delay", granted)
    ill = with_grant(world, "reassign", booking_id, Reassign(reason="ill", actor_id=AGENT))
    assert (await world.command(booking_id, "reassign", ill)).status == "matching"
    before = (await world.row(booking_id)).starts_at
    await world.handles[booking_id].signal("delay", granted)
    await _has_heard(world, booking_id)
    assert (await world.row(booking_id)).starts_at == before
    assert [deed.action for deed in await deeds_on(world, booking_id)] == ["reassign"]


def _not_granted(world: World, booking_id: UUID, granted: Delay) -> list[Delay | dict[str, Any]]:
    """All under the id of the action that was granted, which none of them uses up."""
    bare = granted.model_copy(update={"grant": None})
    assert granted.grant is not None
    scribbled = granted.grant.model_copy(update={"signatures": ["", "not base64: \u00e9"]})
    return [
        bare,
        with_grant(world, "delay", uuid4(), bare),
        with_grant(world, "reassign", booking_id, bare),
        granted.model_copy(update={"by_s": HOUR_S * 2}),
        granted.model_copy(update={"actor_id": uuid4()}),
        granted.model_copy(update={"grant": scribbled}),
        bare.model_dump(mode="json") | {"by_s": 10**30},
    ]


async def _has_heard(world: World, booking_id: UUID) -> None:
    """Whatever came before it: a release of what is not on hold changes nothing, and waits its turn."""
    await world.command(booking_id, "release", SupportCommand(reason="nothing is held"))


async def _all_of(world: World, booking_id: UUID) -> dict[str, Any]:
    """What a delay would leave behind."""
    row = await world.row(booking_id)
    async with world.resources.database.transaction() as session:
        held = await calendar.live_assignment(session, booking_id)
    assert held is not None
    return {
        "times": [row.starts_at, row.ends_at],
        "calendar": [held.starts_at, held.ends_at],
        "versions": (row.version, (await world.state(booking_id)).version),
        "events": [(event.version, event.n) for event in await events_of(world, booking_id)],
        "deeds": [deed.id for deed in await deeds_on(world, booking_id)],
        "told": await world.told(booking_id),
    }
