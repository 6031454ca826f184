"""A walker's record, and her word against it: support lifts a strike or keeps it, and she is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.support import AuditEntry, SupportTask
from dogwalk.db.models.walker import Walker, WalkerStrike
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.policy import Withdrawal
from dogwalk.domain.role import Role
from dogwalk.services.booking import strikes
from tests.support.api import Api
from tests.support.households import Phone, pointers, publish_market
from tests.support.rows import MARKET, make_booking, make_person

if TYPE_CHECKING:
    import httpx

RECORD = "/v1/walkers/me/record"


@dataclass(kw_only=True)
class Case:
    """A walker, and somebody of support."""

    api: Api
    walker: Phone
    agent: Phone
    owner_id: UUID
    bookings: list[UUID] = field(default_factory=list)

    async def earn(self, kind: str = "late_cancel") -> str:
        """One more on her record, for a walk of its own; its id."""
        booking_id = await make_booking(self.api.resources, owner_id=self.owner_id)
        async with self.api.resources.database.transaction() as session:
            booking = await session.get_one(Booking, booking_id)
            await walkers.lock(session, [self.walker.who.person_id])  # as who frees her calendar has
            earn = strikes.late_cancel if kind == "late_cancel" else strikes.no_show
            at = self.api.clock.now()
            await earn(session, booking, walker_id=self.walker.who.person_id, assignment_no=1, at=at)
        self.bookings.append(booking_id)
        return str((await self.record())["strikes"][0]["id"])

    async def record(self) -> dict[str, Any]:
        answer = await self.walker.get(RECORD)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def blocked_for(self) -> timedelta | None:
        until = (await self.record())["blocked_until"]
        return datetime.fromisoformat(until) - self.api.clock.now() if until else None

    async def appeal(self, strike_id: str, reason: str = "My bike broke", *, key: str | None = None) -> httpx.Response:
        return await self.walker.post(f"{RECORD}/{strike_id}/appeal", {"reason": reason}, key=key)

    async def decide(self, strike_id: str, decision: str, *, by: Phone | None = None) -> httpx.Response:
        body = {"decision": decision, "reason": "Looked at her messages"}
        return await (by or self.agent).post(f"/v1/support/strikes/{strike_id}/decision", body)

    async def told(self) -> list[str]:
        async with self.api.resources.database.transaction() as session:
            mine = select(OutboxMessage.kind).where(OutboxMessage.person_id == self.walker.who.person_id)
            return sorted(set(await session.scalars(mine)))

    async def tasks(self) -> list[tuple[str, str]]:
        async with self.api.resources.database.transaction() as session:
            return [(task.kind, task.status) for task in await session.scalars(select(SupportTask))]

    async def deeds(self) -> list[tuple[str, str, str]]:
        async with self.api.resources.database.transaction() as session:
            return [(one.action, one.actor, one.reason) for one in await session.scalars(select(AuditEntry))]


@pytest.fixture
async def case(api: Api) -> Case:
    await publish_market(api, market_id=MARKET)
    walker, agent = [Phone(api=api, who=await api.caller(role)) for role in (Role.WALKER, Role.SUPPORT)]
    async with api.resources.database.transaction() as session:
        session.add(Walker(person_id=walker.who.person_id, created_at=api.clock.now()))
    return Case(api=api, walker=walker, agent=agent, owner_id=await make_person(api.resources))


async def test_the_second_late_cancel_blocks_and_she_is_told(case: Case) -> None:
    assert await case.record() == {"late_cancels": 0, "blocked_until": None, "strikes": []}
    await case.earn()
    assert (await case.blocked_for(), await case.told()) == (None, [])
    await case.earn()
    blocked = await case.blocked_for()
    assert blocked is not None
    assert timedelta(hours=23) < blocked <= timedelta(hours=24)
    assert await case.told() == ["requests_blocked"]
    assert [one["kind"] for one in (await case.record())["strikes"]] == ["late_cancel", "late_cancel"]


async def test_a_strike_that_is_lifted_takes_the_block_with_it(case: Case) -> None:
    await case.earn()
    second = await case.earn()
    made = await case.appeal(second)
    assert made.status_code == 201, made.text
    assert made.json()["strikes"][0]["appeal"]["state"] == "open"
    assert made.json()["blocked_until"] is not None, "until somebody has looked"
    assert await case.tasks() == [("strike_appeal", "open")]
    seen = await case.agent.get(f"/v1/support/users/{case.walker.who.person_id}")
    assert seen.json()["walker"]["strikes"][0]["appeal"]["reason"] == "My bike broke"
    lifted = await case.decide(second, "lift")
    assert (lifted.status_code, lifted.json()["late_cancels"], lifted.json()["blocked_until"]) == (200, 1, None)
    newest = (await case.record())["strikes"][0]
    assert newest["waived_at"] is not None
    assert (newest["appeal"]["state"], newest["appeal"]["answer"]) == ("lifted", "Looked at her messages")
    assert await case.tasks() == [("strike_appeal", "resolved")]
    assert await case.told() == ["appeal_decided", "requests_blocked"]
    agent_id = str(case.agent.who.person_id)
    looked, decided = await case.deeds()
    assert looked[:2] == ("person_read", agent_id)
    assert decided == ("appeal_decided", agent_id, "Looked at her messages")


async def test_what_is_left_goes_on_blocking_as_it_would_have(case: Case) -> None:
    for _ in range(2):
        await case.earn()
    third = await case.earn()
    month = await case.blocked_for()
    assert month is not None
    assert month > timedelta(days=29)
    await case.appeal(third)
    await case.decide(third, "lift")
    left = await case.blocked_for()
    assert left is not None
    assert timedelta(hours=23) < left <= timedelta(hours=24), "the second one's day"


async def test_a_late_cancel_in_the_instant_of_a_lift_is_not_lost(case: Case) -> None:
    """Whichever came first, the block is what stands then: one lifted, one left, and one more."""
    await case.earn()
    second = await case.earn()
    await case.appeal(second)
    lifted, _ = await asyncio.gather(case.decide(second, "lift"), case.earn())
    assert lifted.status_code == 200
    record = await case.record()
    assert (record["late_cancels"], sum(one["waived_at"] is None for one in record["strikes"])) == (2, 2)
    assert record["blocked_until"] is not None


async def test_a_strike_that_is_kept_stays_with_its_block(case: Case) -> None:
    await case.earn()
    second = await case.earn()
    before = (await case.record())["blocked_until"]
    await case.appeal(second)
    for _ in range(2):
        assert (await case.decide(second, "keep")).status_code == 200
    record = await case.record()
    assert (record["late_cancels"], record["blocked_until"]) == (2, before)
    assert record["strikes"][0]["appeal"]["state"] == "kept"
    other = await case.decide(second, "lift")
    assert (other.status_code, other.json()["code"]) == (409, "appeal_decided")
    colleague = Phone(api=case.api, who=await case.api.caller(Role.SUPPORT))
    assert (await case.decide(second, "keep", by=colleague)).status_code == 409
    assert len(await case.deeds()) == 1
    assert "appeal_decided" in await case.told()


async def test_a_no_show_is_lifted_and_no_late_cancel_with_it(case: Case) -> None:
    await case.earn()
    missed = await case.earn("no_show")
    await case.appeal(missed)
    assert (await case.decide(missed, "lift")).json()["late_cancels"] == 1
    assert [one["waived_at"] is None for one in (await case.record())["strikes"]] == [False, True]


async def test_one_appeal_a_strike_while_it_counts(case: Case) -> None:
    strike_id, key = await case.earn(), str(uuid4())
    assert [(await case.appeal(strike_id, key=key)).status_code for _ in range(2)] == [201, 201]
    again = await case.appeal(strike_id)
    assert (again.status_code, again.json()["code"]) == (409, "already_appealed")
    late = await case.earn()
    case.api.clock.offset += timedelta(days=30)
    refused = await case.appeal(late)
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    assert pointers(await case.appeal(late, " ")) == {"/reason"}


async def test_what_was_taken_back_needs_no_appeal(case: Case) -> None:
    strike_id = await case.earn()
    await case.appeal(strike_id)
    await case.decide(strike_id, "lift")
    assert (await case.decide(await case.earn(), "lift")).status_code == 404, "nobody appealed"
    refused = await case.appeal(strike_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_appealed")


async def test_what_a_late_proof_took_back_meanwhile_cannot_be_kept(case: Case) -> None:
    strike_id = await case.earn()
    await case.appeal(strike_id)
    async with case.api.resources.database.transaction() as session:
        earned = await session.get_one(WalkerStrike, UUID(strike_id))
        await strikes.take_back(session, earned, policy=Withdrawal(), at=case.api.clock.now())
    refused = await case.decide(strike_id, "keep")
    assert (refused.status_code, refused.json()["code"]) == (409, "strike_withdrawn")
    assert (await case.decide(strike_id, "lift")).json()["late_cancels"] == 0


async def test_nobody_appeals_for_another_or_decides_for_herself(case: Case) -> None:
    strike_id = await case.earn()
    stranger = Phone(api=case.api, who=await case.api.caller(Role.WALKER))
    assert (await stranger.get(RECORD)).json()["strikes"] == []
    assert (await stranger.post(f"{RECORD}/{strike_id}/appeal", {"reason": "x"})).status_code == 404
    await case.appeal(strike_id)
    assert (await case.decide(strike_id, "lift", by=case.walker)).status_code == 403
    herself = Phone(api=case.api, who=case.api.signed_in(case.walker.who.person_id, Role.SUPPORT))
    refused = await case.decide(strike_id, "lift", by=herself)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_required")
    assert (await case.decide(str(uuid4()), "lift")).status_code == 404
