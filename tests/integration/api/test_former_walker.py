"""Who had a walk and has it no more finds nothing of it; and no way in, nor whom to call, is in its story."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dogwalk.contracts.booking import Withdraw
from dogwalk.contracts.support import Reassign, SupportCommand
from dogwalk.domain.incident import IncidentKind
from dogwalk.domain.role import Role
from tests.support.deeds import with_grant
from tests.support.histories import history_of, in_clear
from tests.support.rows import new_phone

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.api import Api, Caller
    from tests.support.people import Owner
    from tests.support.world import World

SECRET = "4711#canary"
READ = ("", "/timeline", "/route", "/live", "/report")
SENT = ("/access-code", "/tracking-session", "/on-the-way", "/arrive", "/contact-attempts")


async def _assigned(world: World) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def _lose(world: World, booking_id: UUID, walker: UUID, how: str) -> None:
    if how == "withdrawn":
        await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    else:
        asked = Reassign(reason="the owner asked for it")
        await world.command(booking_id, "reassign", with_grant(world, "reassign", booking_id, asked))


async def _answers(desk: Api, who: Caller, booking_id: UUID) -> dict[str, int]:
    path, headers = f"/v1/bookings/{booking_id}", {**who.headers, "Idempotency-Key": str(uuid4())}
    read = {end: (await desk.http.get(path + end, headers=headers)).status_code for end in READ}
    bodies: dict[str, Any] = {"/tracking-session": {"device": "phone"}, "/contact-attempts": {"kind": "call"}}
    sent = {
        end: (
            await desk.http.post(
                path + end, json=bodies.get(end, {}), headers=who.headers | {"Idempotency-Key": str(uuid4())}
            )
        ).status_code
        for end in SENT
    }
    said = await desk.http.post(f"{path}/messages", json={"text": "Hello"}, headers=headers)
    return read | sent | {"/messages": said.status_code}


@pytest.mark.parametrize("how", ["withdrawn", "reassigned"])
async def test_whoever_lost_the_walk_finds_nothing_of_it(world: World, desk: Api, how: str) -> None:
    booking_id, _, walker = await _assigned(world)
    hers = desk.signed_in(walker, Role.WALKER)
    assert (await desk.http.get(f"/v1/bookings/{booking_id}", headers=hers.headers)).status_code == 200
    await _lose(world, booking_id, walker, how)
    answers = await _answers(desk, hers, booking_id)
    assert set(answers.values()) == {404}, answers


async def _accept(desk: Api, hers: Caller, offer_id: str, *, key: str) -> httpx.Response:
    headers = {**hers.headers, "Idempotency-Key": key}
    return await desk.http.post(f"/v1/offers/{offer_id}/accept", headers=headers)


async def test_a_command_sent_again_tells_no_address_that_may_be_seen_no_more(world: World, desk: Api) -> None:
    """Its first answer is kept for 7 days; the home is hers until she loses the walk, or 24 h after its end."""
    walker, key = await world.town.walker(), str(uuid4())
    hers = desk.signed_in(walker, Role.WALKER)
    told = {"kind": IncidentKind.OTHER.value, "notes": "Gone"}
    for keeps_it in (False, True):
        booking_id = await world.book(await world.town.owner(), starts_in=timedelta(hours=3))
        await world.status(booking_id, "matching")
        [offer] = (await desk.http.get("/v1/offers?open=true", headers=hers.headers)).json()["items"]
        first, again = [await _accept(desk, hers, offer["id"], key=key) for _ in range(2)]
        assert first.json() == again.json()
        assert first.json()["home"]["address"]
        path, headers = f"/v1/bookings/{booking_id}/incident", {**hers.headers, "Idempotency-Key": key}
        assert (await desk.http.post(path, json=told, headers=headers)).json()["booking"]["home"]["address"]
        if keeps_it:
            released = SupportCommand(reason="found again")
            await world.command(
                booking_id, "release_incident", with_grant(world, "release_incident", booking_id, released)
            )
            await world.walk(booking_id, walker)
            await world.advance(booking_id, timedelta(hours=25))
        else:
            await _lose(world, booking_id, walker, "withdrawn")
        later = [
            await _accept(desk, hers, offer["id"], key=key),
            await desk.http.post(path, json=told, headers=headers),
        ]
        assert [one.status_code for one in later] == ([200, 200] if keeps_it else [404, 404])
        assert not [one.text for one in later if first.json()["home"]["address"] in one.text]


async def test_neither_the_way_in_nor_whom_to_call_is_in_the_story(
    world: World, desk: Api, capfd: pytest.CaptureFixture[str], inbox: InboxClient
) -> None:
    """Shown, called and told of: neither a payload, opened, nor an event or a log has them."""
    booking_id, owner, walker = await _assigned(world)
    contact = new_phone()
    theirs, hers = desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)
    told = {"name": "Grandma Canary", "phone": contact}
    assert (await desk.http.put("/v1/me/emergency-contact", json=told, headers=theirs.headers)).status_code == 204
    access = {"access": {"kind": "key_box", "code": SECRET, "notes": "left of the door"}}
    home = f"/v1/homes/{owner.home_id}"
    assert (await desk.http.patch(home, json=access, headers=theirs.headers)).status_code == 200
    await world.set_out(booking_id, walker)
    shown = await desk.http.post(
        f"/v1/bookings/{booking_id}/access-code", json={}, headers=hers.headers | {"Idempotency-Key": str(uuid4())}
    )
    assert shown.json()["code"] == SECRET
    report = {"kind": IncidentKind.LOST_DOG.value, "notes": "Gone"}
    answer = await desk.http.post(
        f"/v1/bookings/{booking_id}/incident", json=report, headers=hers.headers | {"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code in {200, 201}, answer.text
    await inbox.expect(to=contact, channel="sms")
    story = await in_clear(await history_of(world.handles[booking_id], world.resources.workflow_keys))
    assert str(owner.id) in story
    written = story + await _rows(world) + "".join(capfd.readouterr())
    for secret in (SECRET, contact, contact.removeprefix("+"), "Grandma Canary"):
        assert secret not in written


async def _rows(world: World) -> str:
    async with world.resources.database.transaction() as session:
        tables = ("booking_event", "outbox_message", "audit_entry", "support_task")
        return "".join(
            [str((await session.execute(text(f"SELECT * FROM {table}"))).all()) for table in tables]  # noqa: S608 our own names
        )
