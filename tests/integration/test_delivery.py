"""The outbox worked off against providers that speak the real protocols: once each, in the right hands, whatever breaks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from devstack.standins.client import InboxClient
from dogwalk.bootstrap import Resources
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.person import Device
from dogwalk.db.repositories import outbox
from dogwalk.domain.notification import account_messages, messages_for
from dogwalk.errors import Unavailable
from tests.support.rows import ADDRESS, make_booking, make_device, make_person, new_phone, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template


CAP = 3


@dataclass(kw_only=True)
class Post:
    """One installation with its providers, an owner, her walker and a booking."""

    resources: Resources
    providers: InboxClient
    owner_id: UUID
    walker_id: UUID
    booking_id: UUID
    number: str
    versions: int = 0

    async def tell(self, kind: str, person_id: UUID | None = None, *, urgent: bool = False, **data: Any) -> str:
        """The batch it was written under."""
        self.versions += 1
        drafts = messages_for(
            kind,
            booking_id=self.booking_id,
            version=self.versions,
            person_id=person_id or self.owner_id,
            data=data,
            urgent=urgent,
        )
        async with self.resources.database.transaction() as session:
            await outbox.add(session, drafts, self.resources.clock.now())
        return drafts[0].batch

    async def deliver(self, batch: str) -> None:
        await self.resources.notifications.deliver(batch, at=self.resources.clock.now())

    async def states(self, batch: str) -> dict[str, str]:
        statement = select(OutboxMessage).where(OutboxMessage.batch == batch)
        async with self.resources.database.transaction() as session:
            return {row.channel: row.state for row in await session.scalars(statement)}

    @property
    def phone(self) -> str:
        """The device a push goes to."""
        return f"phone-{self.owner_id}"

    @property
    def address(self) -> str:
        return f"{self.owner_id}@people.test"

    async def pushed(self) -> list[dict[str, Any]]:
        return [one["provider_data"] for one in await self.providers.messages(to=self.phone, channel="push")]

    async def mailed(self) -> list[dict[str, Any]]:
        return await self.providers.messages(to=self.address, channel="mail")

    async def texted(self) -> list[str]:
        return [one["text"] for one in await self.providers.messages(to=self.number, channel="sms")]

    async def give_up_claims(self, batch: str) -> None:
        """As when the process that held them died and its time is over."""
        async with self.resources.database.transaction() as session:
            await session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.batch == batch, OutboxMessage.state == "sending")
                .values(leased_until=text("clock_timestamp() - interval '1 second'"))
            )

    async def rested(self) -> None:
        async with self.resources.database.transaction() as session:
            await session.execute(
                update(OutboxMessage).values(leased_until=text("clock_timestamp() - interval '1 second'"))
            )


@pytest.fixture
async def post(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Post]:
    async with (
        InboxClient(stack_environment["INBOX_URL"]) as providers,
        open_rows(stack_environment, template, sms_per_number_per_day=CAP) as resources,
    ):
        number = new_phone()
        owner_id, walker_id = await make_person(resources, phone=number), await make_person(resources, "Grace Walker")
        booking_id = await make_booking(resources, owner_id=owner_id, walker_id=walker_id)
        opened = Post(
            resources=resources,
            providers=providers,
            owner_id=owner_id,
            walker_id=walker_id,
            booking_id=booking_id,
            number=number,
        )
        await make_device(resources, owner_id, opened.phone)
        yield opened
        await providers.clear_faults()


async def test_a_message_goes_out_once_on_each_of_its_channels(post: Post) -> None:
    batch = await post.tell("walker_assigned", walker_id=str(post.walker_id))
    await post.deliver(batch)
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent", "mail": "sent"}
    (pushed,) = await post.pushed()
    (mailed,) = await post.mailed()
    assert pushed["notification"]["title"] == mailed["subject"] == "Grace will walk Rex"
    assert pushed["data"]["booking_id"] == str(post.booking_id)


async def test_neither_address_nor_contact_leaves_with_a_push(post: Post) -> None:
    batch = await post.tell("walker_assigned", walker_id=str(post.walker_id))
    await post.deliver(batch)
    said = str(await post.pushed())
    assert "walker_assigned" in said
    assert not any(secret in said for secret in (ADDRESS, "@people.test", "+1212"))


async def test_two_deliverers_side_by_side_send_nothing_twice(post: Post) -> None:
    batches = [await post.tell("walk_started") for _ in range(12)]
    await asyncio.gather(
        *(post.resources.notifications.deliver_pending(older_than_s=0, limit=100) for _ in range(4)),
    )
    ids = [message["data"]["message_id"] for message in await post.pushed()]
    assert len(ids) == len(set(ids)) == len(batches)


async def test_a_gone_phone_is_forgotten_and_the_other_rings(post: Post) -> None:
    await make_device(post.resources, post.owner_id, f"old {post.phone}", kind="token")
    await post.providers.fault("push", to=f"old {post.phone}", status=404, code="UNREGISTERED")
    batch = await post.tell("walk_started")
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent"}
    async with post.resources.database.transaction() as session:
        left = (await session.scalars(select(Device.value))).all()
    assert left == [post.phone]


async def test_a_critical_push_that_reaches_nobody_becomes_an_sms(post: Post) -> None:
    await post.providers.fault("push", to=post.phone, status=404, code="UNREGISTERED")
    batch = await post.tell("card_declined")
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "gone", "mail": "sent", "sms": "sent"}
    (said,) = await post.texted()
    assert said.startswith("Dogwalk: The payment for")


async def test_a_push_that_can_wait_becomes_no_sms(post: Post) -> None:
    await post.providers.fault("push", to=post.phone, status=404, code="UNREGISTERED")
    batch = await post.tell("walk_started")
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "gone"}


async def test_a_critical_push_is_not_held_up_by_an_outage(post: Post) -> None:
    await post.providers.fault("push", to=post.phone, status=503, code="UNAVAILABLE", times=3)
    batch = await post.tell("card_declined")
    for _ in range(3):
        with pytest.raises(Unavailable):
            await post.deliver(batch)
    assert await post.states(batch) == {"push": "pending", "mail": "sent", "sms": "sent"}
    assert len(await post.texted()) == 1
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent", "mail": "sent", "sms": "sent"}


async def test_an_outage_of_one_provider_holds_up_nobody_else(post: Post) -> None:
    await post.providers.fault("mail", to=post.address, status=451, code="later")
    batch = await post.tell("walker_assigned", walker_id=str(post.walker_id))
    with pytest.raises(Unavailable):
        await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent", "mail": "pending"}
    assert await post.resources.notifications.deliver_pending(older_than_s=0, limit=10) == 0, "it rests first"
    await post.rested()
    assert await post.resources.notifications.deliver_pending(older_than_s=0, limit=10) == 1
    assert await post.states(batch) == {"push": "sent", "mail": "sent"}
    assert len(await post.pushed()) == 1


async def test_a_message_whose_time_is_over_is_not_sent(post: Post) -> None:
    expired = post.resources.clock.now() - timedelta(seconds=1)
    earns = {"amount": 2000, "currency": "usd"}
    batch = await post.tell("offer_made", offer_id=str(uuid4()), expires_at=expired.isoformat(), earns=earns)
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "expired"}
    assert await post.pushed() == []


async def test_an_offers_push_lives_as_long_as_the_offer(post: Post) -> None:
    until = post.resources.clock.now() + timedelta(seconds=45)
    earns = {"amount": 2000, "currency": "usd"}
    batch = await post.tell("offer_made", offer_id=str(uuid4()), expires_at=until.isoformat(), earns=earns)
    await post.deliver(batch)
    (pushed,) = await post.pushed()
    assert 40 <= int(pushed["android"]["ttl"].removesuffix("s")) <= 45
    assert pushed["android"]["priority"] == "high"


async def test_what_a_killed_process_had_claimed_is_sent_but_no_sms_is_repeated(post: Post) -> None:
    batch = await post.tell("booking_cancelled", urgent=True, cancelled_by="owner")
    async with post.resources.database.transaction() as session:
        await outbox.claim_batch(session, batch, post.resources.clock.now())
    with pytest.raises(Unavailable):
        await post.deliver(batch)  # somebody else holds them
    assert await post.pushed() == []
    await post.give_up_claims(batch)
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent", "mail": "sent", "sms": "unknown"}
    assert await post.texted() == []


async def test_a_code_goes_where_it_proves_something_and_is_wiped(post: Post) -> None:
    other_number = f"+16465{uuid4().int % 10**6:06d}"
    sealed = post.resources.vault.wrap(json.dumps({"code": "493817", "to": other_number}).encode())
    drafts = account_messages("phone_verification", subject_id=uuid4(), sends=1, person_id=post.owner_id, sealed=sealed)
    async with post.resources.database.transaction() as session:
        await outbox.add(session, drafts, post.resources.clock.now())
    await post.deliver(drafts[0].batch)
    (sent,) = await post.providers.messages(to=other_number)
    assert sent["text"] == "Dogwalk: 493817 is your Dogwalk code. Tell nobody."
    async with post.resources.database.transaction() as session:
        row = (await session.scalars(select(OutboxMessage).where(OutboxMessage.batch == drafts[0].batch))).one()
    assert (row.state, row.sealed) == ("sent", None)


async def test_no_number_gets_more_than_its_share_a_day(post: Post) -> None:
    batches = [await post.tell("end_early_requested") for _ in range(CAP + 2)]
    await asyncio.gather(*(post.deliver(batch) for batch in batches))
    assert len(await post.texted()) <= CAP
    states = [(await post.states(batch))["sms"] for batch in batches]
    assert states.count("rejected") >= 2


async def test_a_person_without_proven_addresses_is_not_written_to(post: Post) -> None:
    stranger = await make_person(post.resources, email_verified_at=None, phone_verified_at=None)
    batch = await post.tell("card_declined", stranger)
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "gone", "mail": "gone", "sms": "gone"}


async def test_a_row_nobody_can_put_into_words_holds_up_no_other(post: Post) -> None:
    batch = await post.tell("walker_assigned", walker_id=str(post.walker_id))
    async with post.resources.database.transaction() as session:
        broken = update(OutboxMessage).where(OutboxMessage.batch == batch, OutboxMessage.channel == "push")
        await session.execute(broken.values(kind="payout_sent"))  # whose amount it does not carry
    with pytest.raises(Unavailable):
        await post.deliver(batch)
    assert await post.states(batch) == {"push": "pending", "mail": "sent"}


async def test_a_lost_answer_sends_a_push_again_and_an_sms_never(post: Post) -> None:
    await post.providers.fault("push", to=post.phone, lost=True)
    await post.providers.fault("sms", to=post.number, lost=True)
    batch = await post.tell("end_early_requested")
    with pytest.raises(Unavailable):
        await post.deliver(batch)
    await post.deliver(batch)
    assert await post.states(batch) == {"push": "sent", "sms": "unknown"}
    assert len(await post.texted()) == 1
    ids = {message["android"]["collapse_key"] for message in await post.pushed()}
    assert len(ids) == 1, "the phone shows the second in the first one's place"
