"""Tip, review and claim over HTTP, and what support decides about the last."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from dogwalk.db.repositories import payment as payments
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller

if TYPE_CHECKING:
    import httpx

    from tests.support.world import World

SHARE = 2000


async def _walked(world: World, desk: Api, **quote: Any) -> tuple[UUID, Caller, Caller]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5), quote=quote)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)

    async def captured() -> bool:
        return (await world.state(booking_id)).payment_status == "captured"

    await world.eventually(captured)
    return booking_id, desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)


async def _post(desk: Api, who: Caller, path: str, **body: Any) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": str(uuid4())}
    return await desk.http.post(path, json=body, headers=headers)


async def test_a_tip_over_http_and_what_is_wrong_with_others(world: World, desk: Api) -> None:
    booking_id, owner, walker = await _walked(world, desk)
    path = f"/v1/bookings/{booking_id}/tip"
    given = await _post(desk, owner, path, amount=500)
    assert (given.status_code, given.json()["status"], given.json()["amount"]["amount"]) == (200, "captured", 500)
    too_much = await _post(desk, owner, path, amount=900_000)
    assert (too_much.status_code, too_much.json()["code"]) == (422, "tip_too_much")
    too_small = await _post(desk, owner, path, amount=49)
    assert (too_small.status_code, too_small.json()["code"], too_small.json()["least"]) == (422, "tip_too_small", 50)
    assert (await _post(desk, walker, path, amount=500)).status_code == 403
    stranger = await desk.caller(Role.OWNER)
    assert (await _post(desk, stranger, path, amount=500)).status_code == 404


async def test_a_review_over_http_is_read_when_both_are_in(world: World, desk: Api) -> None:
    booking_id, owner, walker = await _walked(world, desk)
    path, listed = f"/v1/bookings/{booking_id}/review", f"/v1/walkers/{walker.person_id}/reviews"
    assert (await _post(desk, owner, path, rating=5, text="Lovely")).status_code == 201
    assert (await desk.http.get(listed, headers=owner.headers)).json()["items"] == []
    assert (await _post(desk, walker, path, rating=4)).status_code == 201
    [seen] = (await desk.http.get(listed, headers=owner.headers)).json()["items"]
    assert (seen["rating"], seen["text"]) == (5, "Lovely")
    assert (await _post(desk, owner, path, rating=6)).status_code == 422


async def test_a_claim_that_is_granted_comes_out_of_the_walkers_pay(world: World, desk: Api) -> None:
    booking_id, owner, _ = await _walked(world, desk)
    made = await _post(desk, owner, f"/v1/bookings/{booking_id}/claim", kind="damage", amount=1000, notes="a vase")
    assert (made.status_code, made.json()["state"]) == (201, "open")
    decision = f"/v1/support/claims/{made.json()['id']}/decision"
    granted = {"granted": {"amount": 1000, "currency": "usd"}, "reason": "photographs"}
    assert (await _post(desk, owner, decision, **granted)).status_code == 403
    too_much = granted | {"granted": {"amount": 9_000, "currency": "usd"}}
    refused = await _post(desk, await desk.agent(), decision, **too_much)
    assert (refused.status_code, refused.json()["code"]) == (409, "refund_too_large")
    decided = await _post(desk, await desk.agent(), decision, **granted)
    assert (decided.status_code, decided.json().get("state")) == (200, "upheld"), decided.text
    again = await _post(desk, await desk.agent(), decision, **granted)
    assert (again.status_code, again.json()["code"]) == (409, "claim_decided")
    row = await world.closed(booking_id)
    assert row.payment_status == "partially_refunded"
    refunded = sum(payment.amount_refunded for payment in await world.payments(booking_id))
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert refunded == 1000
    assert sum(transfer.amount for transfer in transfers) < SHARE


async def test_a_claim_is_decided_no_other_way_while_nobody_knows_whether_its_refund_went_out(
    world: World, desk: Api
) -> None:
    booking_id, owner, _ = await _walked(world, desk)
    made = await _post(desk, owner, f"/v1/bookings/{booking_id}/claim", kind="damage", amount=1000, notes="a vase")
    decision, agent = f"/v1/support/claims/{made.json()['id']}/decision", await desk.agent()

    async def decided(amount: int) -> tuple[int, str]:
        said = {"granted": {"amount": amount, "currency": "usd"}, "reason": "photographs"}
        answer = await _post(desk, agent, decision, **said)
        return answer.status_code, answer.json().get("code") or answer.json()["state"]

    async def is_set_aside() -> bool:
        async with world.resources.database.transaction() as session:
            return [one.state for one in await payments.refunds_of(session, booking_id)] == ["due"]

    await world.control.fault(route="/v1/refunds", method="POST", status=500, times=3)
    granted = asyncio.create_task(decided(1000))
    await world.eventually(is_set_aside)
    assert await decided(0) == (409, "claim_refunded")
    assert await granted == (200, "upheld")


async def test_a_claim_above_the_limit_asks_for_a_second_person_once(world: World, desk: Api) -> None:
    """However often the decision is sent before she has said yes."""
    booking_id, owner, walker = await _walked(world, desk, total=20_000, walker_earns=16_000, platform_fee=4_000)
    made = await _post(desk, owner, f"/v1/bookings/{booking_id}/claim", kind="damage", amount=15_000, notes="a sofa")
    decision = f"/v1/support/claims/{made.json()['id']}/decision"
    granted = {"granted": {"amount": 15_000, "currency": "usd"}, "reason": "photographs"}
    agent, second = await desk.agent(), await desk.agent()
    for _ in range(2):
        asked = await _post(desk, agent, decision, **granted)
        assert (asked.status_code, asked.json()["code"]) == (409, "approval_pending")
    seen = (await desk.http.get(f"/v1/support/bookings/{booking_id}", headers=agent.headers)).json()
    [approval] = seen["approvals"]
    assert [task["status"] for task in seen["tasks"] if task["kind"] == "approval"] == ["open"]
    other = {"granted": {"amount": 0, "currency": "usd"}, "reason": "no sofa"}
    waits = await _post(desk, agent, decision, **other)
    assert (waits.status_code, waits.json()["code"]) == (409, "approval_pending"), "else both would be done"
    path = f"/v1/support/approvals/{approval['id']}"
    assert (await _post(desk, second, path, decision="approve", reason="seen")).status_code == 200
    paid = await _post(desk, agent, decision, **other)
    assert (paid.status_code, paid.json()["code"], paid.json()["refunded"]) == (409, "claim_refunded", 15_000)
    decided = await _post(desk, agent, decision, **granted)
    assert (decided.status_code, decided.json()["state"]) == (200, "upheld"), decided.text
    await world.closed(booking_id)
    repeated = await _post(desk, walker, f"/v1/bookings/{booking_id}/finish")
    assert (repeated.status_code, repeated.json()["status"]) == (200, "closed"), "after the walk the finish repeats"
    late = await _post(desk, walker, f"/v1/bookings/{booking_id}/start")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
