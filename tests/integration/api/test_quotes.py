"""A price that binds, and what an app must know of a place before it asks for one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from dogwalk.domain.policy import MarketPolicy, Pricing
from dogwalk.domain.role import Role
from tests.support.households import LAT, LON, Phone, phone_of_owner, pointers, publish_market

if TYPE_CHECKING:
    from tests.support.api import Api
    from tests.support.world import World

LATER = timedelta(days=2)


@pytest.fixture
async def ada(api: Api) -> Phone:
    await publish_market(api)
    return await phone_of_owner(api)


async def wish(ada: Phone, **fields: Any) -> dict[str, Any]:
    starts_at = (ada.api.clock.now() + LATER).isoformat()
    dogs, home = [await ada.dog()], await ada.home()
    return {"home_id": home, "dog_ids": dogs, "service": "walk_30", "starts_at": starts_at, **fields}


async def test_a_quote_says_what_it_costs_and_what_the_walker_gets(ada: Phone) -> None:
    answer = await ada.post("/v1/quotes", await wish(ada))
    quote = answer.json()
    assert answer.status_code == 201
    assert [(line["kind"], line["amount"], line["funded_by"]) for line in quote["lines"]] == [
        ("base", 2500, "owner"),
        ("service_fee", 275, "owner"),
    ]
    assert (quote["total"], quote["walker_earns"]) == (
        {"amount": 2775, "currency": "usd"},
        {"amount": 2000, "currency": "usd"},
    )
    assert (quote["policy_version"], quote["asap"], quote["walker_id"]) == ("standard-1", False, None)
    assert {clause["policy"]: clause["kept_percent"] for clause in quote["cancellation"]}["late"] == 50


async def test_it_binds_for_a_quarter_of_an_hour(ada: Phone) -> None:
    before = ada.api.clock.now()
    quote = (await ada.post("/v1/quotes", await wish(ada))).json()
    expires_at = ada.api.clock.now().fromisoformat(quote["expires_at"])
    assert before + timedelta(minutes=15) <= expires_at <= ada.api.clock.now() + timedelta(minutes=15)


async def test_as_soon_as_possible_is_now_and_on_short_notice(ada: Phone) -> None:
    body = await wish(ada, asap=True)
    del body["starts_at"]
    quote = (await ada.post("/v1/quotes", body)).json()
    assert quote["asap"] is True
    assert [line["kind"] for line in quote["lines"]] == ["base", "short_notice", "service_fee"]


async def test_each_dog_counts_once_and_a_puppy_more(ada: Phone) -> None:
    pup = await ada.dog(name="Pup", born_on=str(ada.api.clock.now().date()))
    body = await wish(ada)
    quote = (await ada.post("/v1/quotes", {**body, "dog_ids": [*body["dog_ids"], pup, pup]})).json()
    assert [line["kind"] for line in quote["lines"]] == ["base", "extra_dog", "puppy", "service_fee"]
    assert quote["dog_ids"] == [*body["dog_ids"], pup]


async def test_the_same_key_is_the_same_quote(ada: Phone) -> None:
    key, body = str(uuid4()), await wish(ada)
    first, again = await ada.post("/v1/quotes", body, key=key), await ada.post("/v1/quotes", body, key=key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")


async def test_a_strangers_home_and_dog_are_not_there(api: Api, ada: Phone) -> None:
    grace = await phone_of_owner(api)
    hers, mine = await wish(ada), await wish(grace)
    for body in ({**mine, "home_id": hers["home_id"]}, {**mine, "dog_ids": [*mine["dog_ids"], *hers["dog_ids"]]}):
        assert (await grace.post("/v1/quotes", body)).status_code == 404


async def test_what_cannot_be_is_pointed_at(ada: Phone) -> None:
    body, now = await wish(ada), ada.api.clock.now()
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"starts_at": None}, "/starts_at", "invalid_input"),
        ({"asap": True}, "/starts_at", "invalid_input"),
        ({"starts_at": "2026-11-27T10:00:00"}, "/starts_at", "invalid_input"),
        ({"starts_at": (now + timedelta(minutes=59)).isoformat()}, "/starts_at", "too_soon"),
        ({"starts_at": (now + timedelta(days=400)).isoformat()}, "/starts_at", "too_far"),
        ({"service": "walk_90"}, "/service", "unknown_service"),
        ({"service": "Walk!"}, "/service", "invalid_input"),
        ({"dog_ids": []}, "/dog_ids", "invalid_input"),
        ({"dog_ids": ["Rex"]}, "/dog_ids/0", "invalid_input"),
        ({"walker_id": str(uuid4())}, "/walker_id", "walker_not_found"),
    ]
    for fields, pointer, code in wrong:
        answer = await ada.post("/v1/quotes", {**body, **fields})
        assert (pointers(answer), answer.json()["code"]) == ({pointer}, code), fields


async def test_a_walk_asked_of_one_walker_costs_her_own_rate(world: World, desk: Api) -> None:
    dear = await world.town.walker(min_rates={"walk_30": 3000})
    owner = await world.town.owner()
    hers = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER))
    body = {
        "home_id": str(owner.home_id),
        "dog_ids": [str(dog_id) for dog_id in owner.dog_ids],
        "service": "walk_30",
        "starts_at": (world.now() + LATER).isoformat(),
    }
    base = [(await hers.post("/v1/quotes", body | one)).json()["lines"][0] for one in ({}, {"walker_id": str(dear)})]
    assert [line["amount"] for line in base] == [2500, 3000]


async def test_a_quote_is_booked_at_its_price(world: World, desk: Api) -> None:
    owner = await world.town.owner()
    hers = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER))
    body = {"home_id": str(owner.home_id), "dog_ids": [str(one) for one in owner.dog_ids], "service": "walk_60"}
    quote = (await hers.post("/v1/quotes", {**body, "starts_at": (world.now() + LATER).isoformat()})).json()
    booked = await hers.post("/v1/bookings", {"quote_id": quote["id"], "payment_method_id": owner.payment_method_id})
    assert booked.status_code == 202, booked.text
    price = booked.json()["price"]
    assert price == {name: quote[name] for name in ("lines", "total", "walker_earns")}


async def test_a_place_has_its_rate_card_for_everybody(api: Api) -> None:
    await publish_market(api, policy=MarketPolicy(version="dear", pricing=Pricing(holiday_percent=70)))
    found = (await api.http.get(f"/v1/config?lat={LAT}&lon={LON}")).json()
    assert found["market"] == {
        "id": "uptown",
        "name": "Uptown",
        "country": "US",
        "currency": "usd",
        "time_zone": "America/New_York",
    }
    assert {one["service"]: one["duration_s"] for one in found["services"]} == {
        "walk_20": 1200,
        "walk_30": 1800,
        "walk_60": 3600,
        "meet_greet": 1200,
    }
    prices = {one["service"]: (one["price"]["amount"], one["needs_walker_id"]) for one in found["services"]}
    assert (prices["walk_30"], prices["meet_greet"]) == ((2500, False), (0, True))
    assert (found["policy_version"], found["surcharges"]["holiday_percent"]) == ("dear", 70)
    assert found["cancellation"][2]["text"] == "Free until 1 day before the start."
    assert found["publishable_key"] == api.settings.stripe_publishable_key
    assert found["least_app_version"] == "1.0.0"


async def test_a_place_nobody_serves_says_so(api: Api) -> None:
    answer = await api.http.get("/v1/config?lat=0&lon=0")
    assert (pointers(answer), answer.json()["code"]) == ({"/query/lat"}, "area_not_served")
    assert pointers(await api.http.get("/v1/config?lat=91")) == {"/query/lat", "/query/lon"}


async def test_a_meeting_is_free_and_asked_of_one_walker(world: World, desk: Api) -> None:
    """No card is needed to book it; a walk needs one."""
    owner, walker = await world.town.owner(), await world.town.walker(min_rates={"walk_30": 3000})
    hers = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER))
    starts_at = (world.now() + LATER).isoformat()
    body = {"home_id": str(owner.home_id), "dog_ids": [str(one) for one in owner.dog_ids], "starts_at": starts_at}
    nobody = await hers.post("/v1/quotes", {**body, "service": "meet_greet"})
    assert (nobody.json()["code"], pointers(nobody)) == ("walker_required", {"/walker_id"})
    meeting = {**body, "service": "meet_greet", "walker_id": str(walker)}
    quote = (await hers.post("/v1/quotes", meeting)).json()
    assert (quote["lines"], quote["total"]["amount"], quote["walker_earns"]["amount"]) == ([], 0, 0)
    assert [clause["policy"] for clause in quote["cancellation"]] == ["free_service"]
    walk = (await hers.post("/v1/quotes", {**body, "service": "walk_30"})).json()
    unpaid = await hers.post("/v1/bookings", {"quote_id": walk["id"]})
    assert (unpaid.json()["code"], pointers(unpaid)) == ("payment_method_required", {"/payment_method_id"})
    booked = await hers.post("/v1/bookings", {"quote_id": quote["id"]})
    assert (booked.status_code, booked.json()["payment_status"]) == (202, "none")
    again = await hers.post("/v1/quotes", meeting)
    assert (again.status_code, again.json()["code"]) == (409, "met_already")


async def test_a_meeting_in_the_eyes_of_both(world: World, desk: Api) -> None:
    """From the offer to the end: nothing to pay, to tip or to review, and a timeline in its own words."""
    owner, walker = await world.town.owner(), await world.town.walker()
    hers, his = (
        Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER)),
        Phone(api=desk, who=desk.signed_in(walker, Role.WALKER)),
    )
    booking_id = await world.book(owner, quote={"service": "meet_greet", "walker_id": walker})
    await world.status(booking_id, "matching")
    [offer] = (await his.get("/v1/offers?open=true")).json()["items"]
    assert (offer["service"], offer["earns"]["amount"]) == ("meet_greet", 0)
    assert (await his.post(f"/v1/offers/{offer['id']}/accept", {})).status_code == 200
    path = f"/v1/bookings/{booking_id}"
    terms = (await hers.get(f"{path}/cancellation")).json()
    assert (terms["allowed"], terms["fee"]["amount"], terms["policy"]) == (True, 0, "free_service")
    await world.set_out(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=20))
    await world.step(booking_id, "finish", walker)
    await world.closed(booking_id)
    tip = await hers.post(f"{path}/tip", {"amount": 500})
    review = await hers.post(f"{path}/review", {"rating": 5, "text": "Kind"})
    assert {(one.status_code, one.json()["code"]) for one in (tip, review)} == {(409, "not_walked")}
    receipt = (await hers.get(f"{path}/receipt")).json()
    assert (receipt["captured"]["amount"], receipt["ledger"], receipt["balanced"]) == (0, [], True)
    told = [line["text"] for line in (await hers.get(f"{path}/timeline")).json()["items"]]
    assert (told[0], told[-1]) == ("A meeting was asked for.", "Everything is done.")
    assert not [text for text in told if "walk " in text]
