from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.db.repositories import booking_event, outbox
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.domain.notification import account_messages, messages_for
from dogwalk.errors import NotFound
from dogwalk.services.event.timeline import Timelines
from dogwalk.services.notification import Texts
from dogwalk.services.notification.inbox import Inbox
from tests.support.rows import ADDRESS, make_booking, make_person, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


@pytest.fixture
def inbox(resources: Resources) -> Inbox:
    return Inbox(database=resources.database, vault=resources.vault, texts=Texts())


async def tell(
    resources: Resources,
    kind: str,
    *,
    person_id: UUID,
    booking_id: UUID,
    version: int = 1,
    late: timedelta = timedelta(),
    **data: Any,
) -> None:
    drafts = messages_for(kind, booking_id=booking_id, version=version, person_id=person_id, data=data)
    async with resources.database.transaction() as session:
        await outbox.add(session, drafts, resources.clock.now() + late)


async def test_a_message_on_two_channels_is_one_entry(resources: Resources, inbox: Inbox) -> None:
    owner_id, walker_id = await make_person(resources), await make_person(resources, "Grace Walker")
    booking_id = await make_booking(resources, owner_id=owner_id, walker_id=walker_id)
    await tell(resources, "walker_assigned", person_id=owner_id, booking_id=booking_id, walker_id=str(walker_id))
    (entry,) = await inbox.page(owner_id, before=None, limit=10)
    assert (entry.kind, entry.title, entry.booking_id) == ("walker_assigned", "Grace will walk Rex", booking_id)
    assert await inbox.page(walker_id, before=None, limit=10) == []


async def test_codes_never_reach_the_inbox(resources: Resources, inbox: Inbox) -> None:
    owner_id = await make_person(resources)
    sealed = resources.vault.wrap(b'{"code": "493817"}')
    drafts = account_messages("email_verification", subject_id=uuid4(), sends=1, person_id=owner_id, sealed=sealed)
    async with resources.database.transaction() as session:
        await outbox.add(session, drafts, resources.clock.now())
    assert await inbox.page(owner_id, before=None, limit=10) == []


async def test_pages_go_back_in_time_without_a_gap(resources: Resources, inbox: Inbox) -> None:
    owner_id = await make_person(resources)
    booking_id = await make_booking(resources, owner_id=owner_id)
    for version in range(5):
        late = timedelta(seconds=version // 2)  # pairs share a moment
        await tell(resources, "walk_started", person_id=owner_id, booking_id=booking_id, version=version, late=late)
    whole = await inbox.page(owner_id, before=None, limit=10)
    first = await inbox.page(owner_id, before=None, limit=2)
    rest = await inbox.page(owner_id, before=(first[-1].at, first[-1].id), limit=10)
    assert [entry.id for entry in first + rest] == [entry.id for entry in whole]
    assert len(whole) == 5


async def test_seen_up_to_a_message_leaves_newer_ones_unseen(resources: Resources, inbox: Inbox) -> None:
    owner_id, other_id = await make_person(resources), await make_person(resources)
    booking_id = await make_booking(resources, owner_id=owner_id)
    for version in range(3):
        late = timedelta(seconds=version)
        await tell(resources, "walk_started", person_id=owner_id, booking_id=booking_id, version=version, late=late)
    newest, middle, oldest = await inbox.page(owner_id, before=None, limit=10)
    at = resources.clock.now()
    await inbox.mark_seen(owner_id, up_to=middle.id, at=at)
    await inbox.mark_seen(owner_id, up_to=oldest.at, at=at + timedelta(hours=1))
    assert [entry.seen_at for entry in await inbox.page(owner_id, before=None, limit=10)] == [None, at, at]
    with pytest.raises(NotFound):
        await inbox.mark_seen(other_id, up_to=newest.id, at=at)


async def test_a_bookings_story_is_told_to_its_people_only(resources: Resources) -> None:
    owner_id, walker_id = await make_person(resources), await make_person(resources, "Grace Walker")
    stranger_id = await make_person(resources)
    booking_id = await make_booking(resources, owner_id=owner_id, walker_id=walker_id)
    both = [owner_id, walker_id]
    story = [
        ("matching", [owner_id], {"wave": 1, "asked": 3}),
        ("offer_made", [walker_id], {"earns": {"amount": 2000, "currency": "usd"}, "offer_id": str(uuid4())}),
        ("assigned", both, {"walker_id": str(walker_id)}),
        ("walker_on_the_way", both, {}),
        ("walk_finished", both, {"outcome": "completed", "distance_m": 2140, "duration_s": 1800}),
        ("payment_captured", [owner_id], {"captured": {"amount": 2775, "currency": "usd"}}),
    ]
    async with resources.database.transaction() as session:
        facts = [
            NewEvent(
                booking_id=booking_id,
                version=version,
                n=0,
                type=kind,
                at=resources.clock.now(),
                actor="system",
                audience=audience,
                data=data,
            )
            for version, (kind, audience, data) in enumerate(story, start=1)
        ]
        await booking_event.append(session, facts)
    timelines = Timelines(database=resources.database, texts=Texts())
    told = [line.text for line in await timelines.of(booking_id, owner_id)]
    assert told == [
        "The walk was requested.",
        "Looking for a walker: 3 asked.",
        "Grace accepted the walk.",
        "Grace set out.",
        "The walk ended after 30 minutes, 2.1 km.",
        "$27.75 was paid.",
    ]
    assert ADDRESS not in " ".join(told)
    hers = [line.type for line in await timelines.of(booking_id, walker_id)]
    assert hers == ["requested", "offer_made", "assigned", "walker_on_the_way", "walk_finished"]
    with pytest.raises(NotFound):
        await timelines.of(booking_id, stranger_id)
