"""Resources on a database of their own, and a booking as plain rows: for tests that need neither Stripe nor Temporal."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from dogwalk.adapters.clock import SystemClock
from dogwalk.bootstrap import Resources, open_resources
from dogwalk.config import Settings
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking, BookingDog, Quote
from dogwalk.db.models.household import Dog, Home
from dogwalk.db.models.market import Market
from dogwalk.db.models.market import MarketPolicy as MarketPolicyRow
from dogwalk.db.models.person import Device, Person
from dogwalk.domain.policy import MarketPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template

ADDRESS = "1 Canary Street"
MARKET = "rowville"


@asynccontextmanager
async def open_rows(environment: dict[str, str], template: Template, **settings: Any) -> AsyncIterator[Resources]:
    url = await template.clone()
    values = {name.lower(): value for name, value in environment.items()}
    changed = {**values, "database_url": url, "redis_prefix": f"{uuid4().hex[:12]}:", **settings}
    try:
        async with open_resources(Settings(**changed), clock=SystemClock()) as resources:
            yield resources
    finally:
        await template.drop(url)


# Each a number of her own in this process, begun anywhere: others write to the same inbox.
_NUMBERS = count(secrets.randbelow(10**6))


def new_phone() -> str:
    return f"+12125{next(_NUMBERS) % 10**6:06d}"


async def make_person(resources: Resources, name: str = "Ada Owner", **fields: Any) -> UUID:
    person_id, now = uuid7(), resources.clock.now()
    given = {
        "id": person_id,
        "email": f"{person_id}@people.test",
        "email_verified_at": now,
        "phone": new_phone(),
        "phone_verified_at": now,
        "name": name,
        "time_zone": "America/New_York",
        "created_at": now,
        **fields,
    }
    async with resources.database.transaction() as session:
        session.add(Person(**given))
    return person_id


async def make_device(resources: Resources, person_id: UUID, value: str, **fields: Any) -> None:
    now = resources.clock.now()
    given = {"kind": "fid", "platform": "ios", "app": "owner", "locale": "en", "time_zone": "Europe/Berlin", **fields}
    async with resources.database.transaction() as session:
        session.add(
            Device(id=uuid7(), person_id=person_id, value=value, created_at=now, last_seen_at=now, **given),
        )


async def make_booking(resources: Resources, *, owner_id: UUID, walker_id: UUID | None = None, **fields: Any) -> UUID:
    """Tomorrow, half an hour, with Rex."""
    ids = {name: uuid7() for name in ("home", "dog", "quote", "booking")}
    now = resources.clock.now()
    starts_at = fields.pop("starts_at", (now + timedelta(days=1)).replace(microsecond=0))
    async with resources.database.transaction() as session:
        if await session.get(Market, MARKET) is None:
            session.add(_market(now))
            await session.flush()
        session.add(_home(ids["home"], owner_id, now))
        session.add(Dog(id=ids["dog"], owner_id=owner_id, name="Rex", breed="Beagle", weight_kg=12.0, created_at=now))
        await session.flush()
        session.add(_quote(ids, owner_id, starts_at, now))
        await session.flush()
        session.add(
            _booking(ids, owner_id=owner_id, walker_id=walker_id, starts_at=starts_at, created_at=now, **fields)
        )
        await session.flush()
        session.add(BookingDog(booking_id=ids["booking"], dog_id=ids["dog"]))
    return ids["booking"]


async def make_policy(resources: Resources) -> None:
    """The rules that `make_booking`'s bookings are under."""
    now = resources.clock.now()
    policy = MarketPolicy()
    async with resources.database.transaction() as session:
        session.add(_market(now))
        await session.flush()
        document = policy.model_dump(mode="json")
        row = {"market_id": MARKET, "version": policy.version, "valid_from": now, "created_at": now}
        session.add(MarketPolicyRow(**row, document=document))


def _market(now: Any) -> Market:
    return Market(
        id=MARKET,
        name="Rowville",
        country="US",
        currency="usd",
        time_zone="UTC",
        center_lat=0.0,
        center_lon=0.0,
        radius_m=1000,
        created_at=now,
    )


def _home(home_id: UUID, owner_id: UUID, now: Any) -> Home:
    return Home(
        id=home_id,
        owner_id=owner_id,
        label="Home",
        address=ADDRESS,
        area_name="Rowville",
        lat=0.0,
        lon=0.0,
        time_zone="UTC",
        market_id=MARKET,
        created_at=now,
    )


def _quote(ids: dict[str, UUID], owner_id: UUID, starts_at: Any, now: Any) -> Quote:
    return Quote(
        id=ids["quote"],
        owner_id=owner_id,
        home_id=ids["home"],
        dog_ids=[ids["dog"]],
        service="walk_30",
        starts_at=starts_at,
        asap=False,
        market_id=MARKET,
        policy_version="standard-1",
        currency="usd",
        lines=[],
        total=2775,
        walker_earns=2000,
        platform_fee=775,
        expires_at=now + timedelta(minutes=15),
        created_at=now,
    )


def _booking(ids: dict[str, UUID], *, starts_at: Any, created_at: Any, **fields: Any) -> Booking:
    return Booking(
        **{
            "id": ids["booking"],
            "home_id": ids["home"],
            "quote_id": ids["quote"],
            "market_id": MARKET,
            "policy_version": "standard-1",
            "service": "walk_30",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "time_zone": "UTC",
            "currency": "usd",
            "lines": [{"kind": "base", "amount": 2775, "funded_by": "owner"}],
            "total": 2775,
            "walker_earns": 2000,
            "platform_fee": 775,
            "customer_id": "cus_test",
            "payment_method_id": "pm_test",
            "created_at": created_at,
            "revealed_at": created_at,
            **fields,
        }
    )
