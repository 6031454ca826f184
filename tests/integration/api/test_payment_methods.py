"""An owner's cards over HTTP: saved at Stripe, listed, chosen, forgotten."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from devstack.stripe.client import PhoneStripe
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller, open_api
from tests.support.rows import make_booking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.support.database import Template

PATH = "/v1/payment-methods"


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@dataclass(kw_only=True)
class Purse:
    api: Api
    who: Caller
    stripe: PhoneStripe

    async def set_up(self, *, key: str | None = None) -> httpx.Response:
        headers = {**self.who.headers, "Idempotency-Key": key or uuid4().hex}
        return await self.api.http.post(f"{PATH}/setup", headers=headers)

    async def save(self, card: str = "pm_card_visa") -> str:
        """Its id, as the newest of the list."""
        secret = (await self.set_up()).json()["client_secret"]
        await self.stripe.confirm_setup_intent(secret, pm=card)
        return str((await self.cards())[0]["id"])

    async def cards(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.api.http.get(PATH, headers=self.who.headers)).json()["items"]
        return items

    async def choose(self, card: str) -> httpx.Response:
        return await self.api.http.put(f"{PATH}/{card}/default", headers=self.who.headers)

    async def forget(self, card: str) -> httpx.Response:
        return await self.api.http.delete(f"{PATH}/{card}", headers=self.who.headers)


@pytest.fixture
async def purse(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Purse]:
    """At a Stripe account of its own."""
    suffix = secrets.token_hex(8)
    keys = {"stripe_api_key": SecretStr(f"sk_test_{suffix}"), "stripe_publishable_key": f"pk_test_{suffix}"}
    async with (
        open_api(stack_environment, template, **keys) as api,
        PhoneStripe(stack_environment["STRIPE_API_BASE"], f"pk_test_{suffix}") as stripe,
    ):
        yield Purse(api=api, who=await api.caller(Role.OWNER), stripe=stripe)


async def test_a_card_is_saved_by_the_phone(purse: Purse) -> None:
    assert await purse.cards() == []
    setup = await purse.set_up()
    assert setup.status_code == 201, setup.text
    given = setup.json()
    assert given["publishable_key"] == purse.api.settings.stripe_publishable_key
    assert given["client_secret"].startswith(f"{given['setup_intent_id']}_secret_")
    assert given["customer_session_client_secret"]
    assert "no-store" in setup.headers["Cache-Control"]
    await purse.stripe.confirm_setup_intent(given["client_secret"], pm="pm_card_visa")
    [card] = await purse.cards()
    assert (card["brand"], card["last4"], card["is_default"]) == ("visa", "4242", True)


async def test_the_same_key_gives_the_same_set_up(purse: Purse) -> None:
    first, second = [await purse.set_up(key="once") for _ in range(2)]
    assert first.json() == second.json()
    async with purse.api.resources.database.transaction() as session:
        kept = (await session.execute(text("SELECT response::text FROM idempotency_record"))).scalars().all()
    assert not [one for one in kept if first.json()["client_secret"] in one]


async def test_five_set_ups_a_day_are_enough(purse: Purse) -> None:
    answers = [await purse.set_up() for _ in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 24 * 3600
    purse.api.clock.offset += timedelta(hours=25)
    assert (await purse.set_up()).status_code == 201


async def test_another_card_is_made_the_default(purse: Purse) -> None:
    first = await purse.save()
    second = await purse.save("pm_card_mastercard")
    assert [(card["id"], card["is_default"]) for card in await purse.cards()] == [(second, False), (first, True)]
    assert (await purse.choose(second)).status_code == 204
    assert [card["is_default"] for card in await purse.cards()] == [True, False]
    assert (await purse.forget(second)).status_code == 204
    assert [(card["id"], card["is_default"]) for card in await purse.cards()] == [(first, True)]


async def test_a_card_that_pays_a_booking_stays(purse: Purse) -> None:
    card = await purse.save()
    booking_id = await make_booking(purse.api.resources, owner_id=purse.who.person_id, payment_method_id=card)
    assert told(await purse.forget(card)) == (409, "payment_method_in_use")
    async with purse.api.resources.database.transaction() as session:
        closed = text("UPDATE booking SET closed_at = now() WHERE id = :id")
        await session.execute(closed, {"id": booking_id})
    assert (await purse.forget(card)).status_code == 204
    assert await purse.cards() == []


async def test_a_strangers_card_is_not_there(purse: Purse) -> None:
    card = await purse.save()
    stranger = Purse(api=purse.api, who=await purse.api.caller(Role.OWNER), stripe=purse.stripe)
    assert told(await stranger.choose(card)) == told(await stranger.forget(card)) == (404, "not_found")
    await stranger.save()
    assert told(await stranger.choose(card)) == told(await stranger.forget(card)) == (404, "not_found")
    assert [one["id"] for one in await purse.cards()] == [card]


async def test_walkers_alone_have_no_cards(purse: Purse) -> None:
    walker = Purse(api=purse.api, who=await purse.api.caller(Role.WALKER), stripe=purse.stripe)
    assert told(await walker.set_up()) == told(await walker.forget("pm_1")) == (403, "wrong_role")


async def test_a_set_up_needs_a_key(purse: Purse) -> None:
    answer = await purse.api.http.post(f"{PATH}/setup", headers=purse.who.headers)
    assert told(answer) == (400, "idempotency_key_required")
