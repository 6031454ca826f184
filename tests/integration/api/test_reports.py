"""The report card: written whole by the walker, read by the owner, who hears of it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.repositories import booking as bookings
from dogwalk.domain.role import Role
from tests.support.api import Api
from tests.support.households import Phone, phone_of_owner, pointers, publish_market
from tests.support.photos import send_photo
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    import httpx

LAT, LON = 40.781234, -73.966512


@dataclass(kw_only=True)
class Card:
    """A walk under way."""

    api: Api
    owner: Phone
    walker: Phone
    booking_id: UUID
    dog_id: UUID

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.booking_id}/report"

    def event(self, **fields: Any) -> dict[str, Any]:
        given = {"id": str(uuid4()), "kind": "pee", "at": self.api.clock.now().isoformat(), **fields}
        return {"dog_id": str(self.dog_id), "lat": LAT, "lon": LON, **given}

    async def write(
        self, *events: dict[str, Any], notes: str = "A good dog", by: Phone | None = None
    ) -> httpx.Response:
        body = {"notes": notes, "events": list(events)}
        return await self.api.http.put(self.path, json=body, headers=(by or self.walker).who.headers)

    async def change(self, **fields: object) -> None:
        async with self.api.resources.database.transaction() as session:
            booking = await session.get_one(Booking, self.booking_id)
            for name, value in fields.items():
                setattr(booking, name, value)

    async def told(self) -> list[dict[str, Any]]:
        """What the owner heard, by push."""
        statement = select(OutboxMessage.data).where(
            OutboxMessage.kind == "report_card", OutboxMessage.channel == "push"
        )
        async with self.api.resources.database.transaction() as session:
            return list(await session.scalars(statement))


@pytest.fixture
async def card(api: Api) -> Card:
    await publish_market(api, market_id=MARKET)
    owner, walker = await phone_of_owner(api), Phone(api=api, who=await api.caller(Role.WALKER))
    booking_id = await make_booking(
        api.resources,
        owner_id=owner.who.person_id,
        walker_id=walker.who.person_id,
        status="in_progress",
        on_the_way_at=api.clock.now(),
        started_at=api.clock.now(),
    )
    async with api.resources.database.transaction() as session:
        [dog] = await bookings.dogs_of(session, booking_id)
    return Card(api=api, owner=owner, walker=walker, booking_id=booking_id, dog_id=dog.id)


async def test_what_the_walker_writes_the_owner_reads(card: Card) -> None:
    empty = (await card.owner.get(card.path)).json()
    assert empty == {"notes": "", "events": [], "written_at": None, "photos": []}
    first, second = card.event(), card.event(kind="note", dog_id=None, lat=None, lon=None)
    photo_id = await send_photo(card.api.resources, card.booking_id, card.walker.who.person_id)
    written = await card.write(first, second)
    assert written.status_code == 200, written.text
    for phone in (card.owner, card.walker):
        seen = (await phone.get(card.path)).json()
        assert seen["notes"] == "A good dog"
        assert [(one["id"], one["lat"], one["dog_id"]) for one in seen["events"]] == [
            (first["id"], LAT, str(card.dog_id)),
            (second["id"], None, None),
        ]
        assert datetime.fromisoformat(seen["events"][0]["at"]) == datetime.fromisoformat(first["at"])
        assert [one["id"] for one in seen["photos"]] == [str(photo_id)]
        assert seen["photos"][0]["url"]


async def test_it_is_whole_and_the_last_that_reaches_us_stands(card: Card) -> None:
    first, second = card.event(), card.event(kind="poo")
    for events in ([first], [first, second], [first, second]):
        assert (await card.write(*events)).status_code == 200
    assert len((await card.owner.get(card.path)).json()["events"]) == 2
    assert (await card.write(second, notes="")).status_code == 200
    seen = (await card.owner.get(card.path)).json()
    assert (seen["notes"], [one["id"] for one in seen["events"]]) == ("", [second["id"]])


async def test_only_its_walker_writes_and_only_the_two_read(card: Card) -> None:
    stranger = Phone(api=card.api, who=await card.api.caller(Role.WALKER, Role.OWNER))
    assert (await card.write(by=stranger)).status_code == 404
    assert (await stranger.get(card.path)).status_code == 404
    assert (await card.write(by=card.owner)).status_code == 403
    assert (await card.write()).status_code == 200
    await card.change(walker_id=stranger.who.person_id)
    assert (await card.write()).status_code == 404
    assert (await card.walker.get(card.path)).status_code == 404


async def test_from_the_start_until_a_day_after_the_end(card: Card) -> None:
    await card.change(status="arrived", started_at=None)
    early = await card.write()
    assert (early.status_code, early.json()["code"], early.json()["expected"]) == (409, "wrong_state", ["in_progress"])
    now = card.api.clock.now()
    await card.change(status="completed", started_at=now, ended_at=now)
    card.api.clock.offset += timedelta(hours=23)
    assert (await card.write()).status_code == 200
    card.api.clock.offset += timedelta(hours=1)
    late = await card.write()
    assert (late.status_code, late.json()["code"]) == (409, "window_closed")


async def test_an_event_is_of_this_walk(card: Card) -> None:
    twice = card.event()
    other_dog = await card.owner.dog()
    long_ago = (card.api.clock.now() - timedelta(days=3)).isoformat()
    for events, pointer, code in (
        ([twice, twice], "/events/1/id", "event_twice"),
        ([card.event(), card.event(dog_id=other_dog)], "/events/1/dog_id", "unknown_dog"),
        ([card.event(at=long_ago)], "/events/0/at", "event_outside_walk"),
    ):
        refused = await card.write(*events)
        assert pointers(refused) == {pointer}
        assert refused.json()["code"] == code


@pytest.mark.parametrize(
    "fields", [{"lat": None}, {"lat": 91.0}, {"lon": -181.0}, {"kind": "bark"}, {"at": "2026-11-24T10:00:00"}]
)
async def test_an_event_has_its_bounds(card: Card, fields: dict[str, Any]) -> None:
    assert (await card.write(card.event(**fields))).status_code == 422


async def test_a_report_has_its_bounds(card: Card) -> None:
    assert (await card.write(*[card.event() for _ in range(201)])).status_code == 422
    assert (await card.write(notes="x" * 2001)).status_code == 422


async def test_who_tells_after_the_receipt_is_heard_once(card: Card) -> None:
    """Before the end it waits for the receipt."""
    assert (await card.write(card.event())).status_code == 200
    assert await card.told() == []
    now = card.api.clock.now()
    await card.change(status="completed", ended_at=now)
    for _ in range(2):
        assert (await card.write(card.event(), card.event(kind="water"))).status_code == 200
        await send_photo(card.api.resources, card.booking_id, card.walker.who.person_id)
    counted = [{"kind": "pee", "count": 1}, {"kind": "water", "count": 1}]
    assert await card.told() == [{"walker_id": str(card.walker.who.person_id), "photos": 0, "happened": counted}]
    lines = (await card.owner.get(f"/v1/bookings/{card.booking_id}/timeline")).json()["items"]
    assert [line["type"] for line in lines].count("photo_added") == 2
    assert [line["type"] for line in lines].count("report_card") == 1


async def test_nobody_is_told_all_is_well_while_an_incident_is_open(card: Card) -> None:
    await card.change(status="completed", ended_at=card.api.clock.now(), incident=True)
    assert (await card.write(card.event())).status_code == 200
    assert await card.told() == []


async def test_no_log_tells_where(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    assert (await card.write(card.event(kind="bark"))).status_code == 422
    assert (await card.write(card.event(dog_id=str(uuid4())))).status_code == 422
    assert (await card.write(card.event(), notes="canary notes")).status_code == 200
    assert (await card.owner.get(card.path)).status_code == 200
    logged = "".join(capsys.readouterr())
    assert str(card.booking_id) in logged, "there is something to look through"
    assert not [word for word in (str(LAT), str(LON), "canary notes") if word in logged]
