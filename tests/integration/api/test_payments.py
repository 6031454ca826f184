"""What an owner paid and owes, and what a walker earned, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from dogwalk.domain.role import Role
from tests.support.server import served
from workers.relay import Relay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    import httpx

    from tests.support.api import Api, Caller
    from tests.support.people import Owner
    from tests.support.world import World

ASKS_ALWAYS = "pm_card_authenticationRequired"
TOTAL, SHARE = {"amount": 2775, "currency": "usd"}, {"amount": 2000, "currency": "usd"}


@pytest.fixture
async def announced(world: World, desk: Api) -> AsyncIterator[World]:
    """The world with Stripe's webhooks coming in over HTTP and worked off."""
    secret = world.settings.stripe_webhook_secrets.get_secret_value().split(",")[0]
    async with served(desk.app) as base, Relay(resources=world.resources, client=world.client):
        await world.control.add_webhook(f"{base}/v1/webhooks/stripe", secret)
        yield world


async def test_a_walk_that_was_paid(world: World, desk: Api) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    hers, his = desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)
    await world.eventually(lambda: _captured(world, booking_id))
    [payment] = await _payments(desk, hers, booking_id)
    assert (payment["kind"], payment["captured"], payment["refunded"]["amount"]) == ("service", TOTAL, 0)
    assert (await _get(desk, hers, f"/v1/payments/{payment['id']}")).json() == payment
    assert (await _get(desk, hers, "/v1/me/balance")).json() == {"owed": [], "payments": []}
    [earned] = (await _get(desk, his, "/v1/walkers/me/earnings")).json()["items"]
    assert (earned["walks"], earned["earned"], earned["due"], earned["paid"]["amount"]) == (1, SHARE, SHARE, 0)
    await world.closed(booking_id)
    page = await desk.http.get(f"/v1/bookings/{booking_id}/receipt", headers={**hers.headers, "Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert [word in page.text for word in ("$25.00", "$2.75", "$27.75", "still due")] == [True, True, True, False]
    paper = await desk.http.get(
        f"/v1/bookings/{booking_id}/receipt", headers={**hers.headers, "Accept": "application/pdf"}
    )
    assert paper.headers["content-type"] == "application/pdf"
    [printed] = [sheet.extract_text() for sheet in PdfReader(BytesIO(paper.content)).pages]
    assert [word in printed for word in ("USD 25.00", "USD 2.75", "USD 27.75", "Still due")] == [
        True,
        True,
        True,
        False,
    ]
    other = await desk.http.get(f"/v1/bookings/{booking_id}/receipt", headers={**hers.headers, "Accept": "image/png"})
    assert (other.status_code, other.json()["code"]) == (406, "not_acceptable")
    receipt = (await _get(desk, hers, f"/v1/bookings/{booking_id}/receipt")).json()
    assert (receipt["captured"], receipt["owed"]["amount"], receipt["balanced"]) == (TOTAL, 0, True)
    [payout] = (await _get(desk, his, "/v1/walkers/me/payouts")).json()["items"]
    assert (payout["state"], payout["amount"], payout["booking_id"]) == ("paid", SHARE, str(booking_id))
    later = {"from": (world.now() + timedelta(days=30)).isoformat()}
    assert (await _get(desk, his, "/v1/walkers/me/earnings", **later)).json() == {"items": []}


async def test_a_strangers_payment_is_not_there(world: World, desk: Api) -> None:
    owner = await world.town.owner()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    stranger = await desk.caller(Role.OWNER)
    [payment] = await _payments(desk, desk.signed_in(owner.id, Role.OWNER), booking_id)
    assert await _payments(desk, stranger, booking_id) == []
    assert (await _get(desk, stranger, f"/v1/payments/{payment['id']}")).status_code == 404
    assert (await _retry(desk, stranger, payment["id"], owner.payment_method_id)).status_code == 404


async def test_a_debt_is_paid_by_hand(world: World, desk: Api) -> None:
    """It blocks the next booking until then; a card of somebody else's is refused, the second payment too."""
    owner, _, debt = await _in_debt(world, desk)
    hers = desk.signed_in(owner.id, Role.OWNER)
    assert (await _get(desk, hers, "/v1/me/balance")).json() == {"owed": [TOTAL], "payments": [debt]}
    quote_id = await world.town.quote(owner, starts_at=world.now() + timedelta(hours=30))
    refused = await _book(desk, hers, quote_id, owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")
    assert refused.json()["payment_ids"] == [debt["id"]]
    other = await world.town.owner()
    assert (await _retry(desk, hers, debt["id"], other.payment_method_id)).json()["code"] == "unknown_payment_method"
    card = (await world.town.with_card(owner, "pm_card_visa")).payment_method_id
    first, again = [await _retry(desk, hers, debt["id"], card, key="once") for _ in range(2)]
    assert (first.status_code, first.json()["status"], first.json()["captured"]) == (200, "captured", TOTAL)
    assert again.json() == first.json()
    assert (await _retry(desk, hers, debt["id"], card)).json()["code"] == "already_paid"
    assert (await _get(desk, hers, "/v1/me/balance")).json()["owed"] == []
    assert (await _book(desk, hers, quote_id, owner)).status_code == 202


async def test_a_debt_whose_card_asks_for_3ds_is_booked_once_stripe_says_so(announced: World, desk: Api) -> None:
    world = announced
    owner, booking_id, debt = await _in_debt(world, desk)
    hers = desk.signed_in(owner.id, Role.OWNER)
    answer = (await _retry(desk, hers, debt["id"], owner.payment_method_id)).json()
    assert (answer["status"], answer["captured"]["amount"]) == ("action_required", 0)
    await world.town.phone.confirm_payment(answer["payment_action"]["client_secret"])

    async def paid() -> bool:
        return bool((await _get(desk, hers, "/v1/me/balance")).json()["owed"] == [])

    await world.eventually(paid)
    assert (await world.told(booking_id))[("debt_paid", owner.id)] == 1
    assert (await world.row(booking_id)).payment_status == "captured"


async def test_a_declined_hold_is_tried_again_with_another_card(world: World, desk: Api) -> None:
    owner = await world.town.owner(card="pm_card_chargeCustomerFail")
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    hers = desk.signed_in(owner.id, Role.OWNER)

    async def declined() -> bool:
        return (await world.row(booking_id)).payment_action_kind == "new_card"

    await world.eventually(declined)
    [payment] = await _payments(desk, hers, booking_id)
    assert (payment["status"], payment["decline_code"]) == ("declined", "generic_decline")
    card = (await world.town.with_card(owner, "pm_card_visa")).payment_method_id
    assert (await _retry(desk, hers, payment["id"], card)).status_code == 200
    assert [one["status"] for one in await _payments(desk, hers, booking_id)] == ["held", "declined"]


async def _in_debt(world: World, desk: Api) -> tuple[Owner, UUID, dict[str, Any]]:
    """Walked, but the hold had lapsed, and the bank asks for the owner at the try off session."""
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.control.advance(timedelta(days=8).total_seconds())
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)

    async def told() -> bool:
        return (await world.told(booking_id))[("payment_due", owner.id)] == 1

    await world.eventually(told)
    found = await _payments(desk, desk.signed_in(owner.id, Role.OWNER), booking_id)
    return owner, booking_id, next(one for one in found if one["kind"] == "debt")


async def _get(desk: Api, who: Caller, path: str, **query: str) -> httpx.Response:
    return await desk.http.get(path, params=query, headers=who.headers)


async def _payments(desk: Api, who: Caller, booking_id: UUID) -> list[dict[str, Any]]:
    answer = await _get(desk, who, "/v1/payments", booking_id=str(booking_id))
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _captured(world: World, booking_id: UUID) -> bool:
    """And booked: her pay with it."""
    return (await world.row(booking_id)).payment_status == "captured"


async def _retry(desk: Api, who: Caller, payment_id: str, card: str, *, key: str | None = None) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": key or uuid4().hex}
    body = {"payment_method_id": card}
    return await desk.http.post(f"/v1/payments/{payment_id}/retry", json=body, headers=headers)


async def _book(desk: Api, who: Caller, quote_id: UUID, owner: Owner) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": uuid4().hex}
    body = {"quote_id": str(quote_id), "payment_method_id": owner.payment_method_id}
    return await desk.http.post("/v1/bookings", json=body, headers=headers)
