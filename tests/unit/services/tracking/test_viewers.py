from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from dogwalk.errors import Unavailable
from dogwalk.services.tracking import viewers as module
from dogwalk.services.tracking.news import Told
from dogwalk.services.tracking.running import Spot
from dogwalk.services.tracking.viewers import Viewers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import pytest

WALK, OTHER = UUID(int=1), UUID(int=2)


class Wire:
    """A fan-out in memory that can break."""

    def __init__(self) -> None:
        self.subscriptions = 0
        self._queue: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()

    async def publish(self, messages: Mapping[str, str]) -> None:
        for item in messages.items():
            self._queue.put_nowait(item)

    async def listen(self) -> AsyncIterator[tuple[str, str]]:
        self.subscriptions += 1
        while (item := await self._queue.get()) is not None:
            yield item
        raise Unavailable("gone")

    async def move(self, walk_id: UUID, at_s: float) -> None:
        await self.publish({str(walk_id): msgspec.json.encode(told(at_s)).decode()})
        await settled()

    async def break_off(self) -> None:
        self._queue.put_nowait(None)
        await settled()


def told(at_s: float) -> Told:
    return Told(Spot(at_s, 48.0, 11.0), is_under_way=True)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_viewers_share_one_subscription_and_get_their_own_walk() -> None:
    wire = Wire()
    viewers = Viewers(live=wire)
    with viewers.mailbox() as one, viewers.mailbox() as two, viewers.mailbox() as other:
        one.follow(WALK)
        two.follow(WALK)
        other.follow(OTHER)
        await wire.move(WALK, 1.0)
        assert (one.take(), two.take(), other.take()) == (told(1.0), told(1.0), None)
    assert wire.subscriptions == 1
    await viewers.close()


async def test_who_is_slow_gets_the_latest_only() -> None:
    wire = Wire()
    viewers = Viewers(live=wire)
    with viewers.mailbox() as mailbox:
        mailbox.follow(WALK)
        for at_s in (1.0, 2.0, 3.0):
            await wire.move(WALK, at_s)
        assert mailbox.filled.is_set()
        assert (mailbox.take(), mailbox.take()) == (told(3.0), None)
        assert not mailbox.filled.is_set()
    await viewers.close()


async def test_another_walk_empties_the_mailbox() -> None:
    wire = Wire()
    viewers = Viewers(live=wire)
    with viewers.mailbox() as mailbox:
        mailbox.follow(WALK)
        await wire.move(WALK, 1.0)
        mailbox.follow(OTHER)
        await wire.move(WALK, 2.0)
        assert mailbox.take() is None
    await viewers.close()


async def test_a_broken_subscription_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECONNECT_S", 0.0)
    wire = Wire()
    viewers = Viewers(live=wire)
    with viewers.mailbox() as mailbox:
        mailbox.follow(WALK)
        await wire.move(WALK, 1.0)
        assert viewers.is_heard
        await wire.break_off()
        assert not viewers.is_heard
        await wire.move(WALK, 2.0)
        assert mailbox.take() == told(2.0)
    assert wire.subscriptions == 2
    await viewers.close()


async def test_what_cannot_be_read_is_passed_over() -> None:
    wire = Wire()
    viewers = Viewers(live=wire)
    with viewers.mailbox() as mailbox:
        mailbox.follow(WALK)
        await wire.publish({str(WALK): "{}"})
        await wire.move(WALK, 1.0)
        assert mailbox.take() == told(1.0)
    await viewers.close()
