"""What a person has switched off, and what would ring in her quiet hours, goes to no provider and stays in the inbox."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from devstack.standins.client import InboxClient
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.repositories import outbox
from dogwalk.domain.notification import messages_for
from dogwalk.domain.preferences import Preferences, QuietHours
from dogwalk.services.notification.inbox import Inbox
from dogwalk.services.notification.preferences import NotificationPreferences
from tests.support.rows import make_booking, make_device, make_person, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(from_time=time(22), to_time=time(7))


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


async def owner_who(resources: Resources, chosen: Preferences) -> UUID:
    """Her phone is in Berlin, her account in New York."""
    owner_id = await make_person(resources)
    await make_device(resources, owner_id, f"phone-{owner_id}", time_zone=BERLIN.key)
    service = NotificationPreferences(database=resources.database)
    await service.replace(owner_id, chosen, at=resources.clock.now())
    return owner_id


async def told(resources: Resources, owner_id: UUID, kind: str, *, local: time, **data: Any) -> dict[str, str]:
    """Channel → what became of it, when it is `local` in Berlin."""
    tomorrow = resources.clock.now().astimezone(BERLIN).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, local, BERLIN).astimezone(UTC)
    booking_id = await make_booking(resources, owner_id=owner_id, walker_id=await make_person(resources, "Grace"))
    drafts = messages_for(kind, booking_id=booking_id, version=1, person_id=owner_id, data=data)
    async with resources.database.transaction() as session:
        await outbox.add(session, drafts, at)
    await resources.notifications.deliver(drafts[0].batch, at=at)
    async with resources.database.transaction() as session:
        rows = await session.scalars(select(OutboxMessage).where(OutboxMessage.batch == drafts[0].batch))
        return {row.channel: row.state for row in rows}


async def received(stack_environment: dict[str, str], owner_id: UUID) -> list[str]:
    """Channels on which anything came."""
    async with InboxClient(stack_environment["INBOX_URL"]) as inbox:
        pushed = await inbox.messages(to=f"phone-{owner_id}", channel="push")
        mailed = await inbox.messages(to=f"{owner_id}@people.test", channel="mail")
    return ["push"] * len(pushed) + ["mail"] * len(mailed)


async def test_a_channel_that_is_off_is_left_out(resources: Resources, stack_environment: dict[str, str]) -> None:
    owner_id = await owner_who(resources, Preferences(switched_off=frozenset({("payout_sent", "push")})))
    amount = {"amount": 100, "currency": "usd"}
    assert await told(resources, owner_id, "payout_sent", local=time(12), amount=amount) == {
        "push": "muted",
        "mail": "sent",
    }
    assert await received(stack_environment, owner_id) == ["mail"]


async def test_nothing_rings_at_night_where_the_phone_is(
    resources: Resources, stack_environment: dict[str, str]
) -> None:
    owner_id = await owner_who(resources, Preferences(quiet_hours=NIGHT))
    assert await told(resources, owner_id, "walk_started", local=time(23, 30)) == {"push": "muted"}
    assert await received(stack_environment, owner_id) == []
    assert await told(resources, owner_id, "walk_started", local=time(7)) == {"push": "sent"}


async def test_what_is_critical_rings_at_night(resources: Resources) -> None:
    everything = frozenset({("card_declined", "push"), ("card_declined", "mail")})
    owner_id = await owner_who(resources, Preferences(switched_off=everything, quiet_hours=NIGHT))
    assert await told(resources, owner_id, "card_declined", local=time(3)) == {"push": "sent", "mail": "sent"}


async def test_what_was_muted_is_found_in_the_app(resources: Resources) -> None:
    owner_id = await owner_who(resources, Preferences(switched_off=frozenset({("walk_started", "push")})))
    await told(resources, owner_id, "walk_started", local=time(12))
    inbox = Inbox(database=resources.database, vault=resources.vault, texts=resources.texts)
    [entry] = await inbox.page(owner_id, before=None, limit=10)
    assert entry.kind == "walk_started"
