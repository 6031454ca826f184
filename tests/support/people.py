"""People, dogs, homes and cards as rows, for tests that are about something else. Defaults fit; say what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from devstack.stripe.client import ControlPlane, PhoneStripe
from dogwalk.bootstrap import Resources
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Quote
from dogwalk.db.models.household import Dog, Home
from dogwalk.db.models.market import Market
from dogwalk.db.models.market import MarketPolicy as MarketPolicyRow
from dogwalk.db.models.person import Device, Person, PersonRole
from dogwalk.db.models.walker import Walker, WeeklyAvailability
from dogwalk.domain.policy import MarketPolicy
from dogwalk.domain.pricing import price
from tests.support.rows import new_phone

LAT, LON = 40.7812, -73.9665
MARKET = "testville"
NOON = 12  # walkers are awake unless a test says otherwise


@dataclass(frozen=True, kw_only=True)
class Owner:
    id: UUID
    home_id: UUID
    dog_ids: list[UUID]
    customer_id: str
    payment_method_id: str


@dataclass(kw_only=True)
class Town:
    """Makes the people of one world. `control` and `phone` speak to its Stripe account."""

    resources: Resources
    control: ControlPlane
    phone: PhoneStripe
    policy: MarketPolicy = field(default_factory=MarketPolicy)

    async def make_market(self) -> None:
        now = self.resources.clock.now()
        async with self.resources.database.transaction() as session:
            session.add(
                Market(
                    id=MARKET,
                    name="Testville",
                    country="US",
                    currency="usd",
                    time_zone="UTC",
                    center_lat=LAT,
                    center_lon=LON,
                    radius_m=50_000,
                    created_at=now,
                )
            )
            await session.flush()
            session.add(
                MarketPolicyRow(
                    market_id=MARKET,
                    version=self.policy.version,
                    valid_from=now - timedelta(days=400),
                    document=self.policy.model_dump(mode="json"),
                    created_at=now,
                )
            )

    async def owner(self, *, card: str = "pm_card_visa", dogs: int = 1) -> Owner:
        person_id = await self._person("owner")
        gateway = self.resources.payments
        customer_id = await gateway.create_customer(
            person_id=str(person_id), email=f"{person_id}@owners.test", name="Owner", key=f"customer-{person_id}"
        )
        home_id, dog_ids = uuid7(), [uuid7() for _ in range(dogs)]
        async with self.resources.database.transaction() as session:
            person = await session.get_one(Person, person_id)
            person.stripe_customer_id = customer_id
            session.add(
                Home(
                    id=home_id,
                    owner_id=person_id,
                    label="Home",
                    address="1 Canary Street",
                    area_name="Upper West",
                    lat=LAT,
                    lon=LON,
                    time_zone="UTC",
                    market_id=MARKET,
                    created_at=self.resources.clock.now(),
                )
            )
            session.add_all(_dog(dog_id, person_id, self.resources.clock.now()) for dog_id in dog_ids)
        owner = Owner(id=person_id, home_id=home_id, dog_ids=dog_ids, customer_id=customer_id, payment_method_id="")
        return await self.with_card(owner, card)

    async def with_card(self, owner: Owner, card: str) -> Owner:
        """Saved the way the phone saves it: a SetupIntent, confirmed with the publishable key."""
        gateway = self.resources.payments
        before = {one.payment_method_id for one in await gateway.list_cards(customer_id=owner.customer_id)}
        setup = await gateway.start_card_setup(customer_id=owner.customer_id, key=f"setup-{uuid4()}")
        await self.phone.confirm_setup_intent(setup.client_secret, pm=card)
        cards = await gateway.list_cards(customer_id=owner.customer_id)
        new = next(one for one in cards if one.payment_method_id not in before)
        return Owner(**{**owner.__dict__, "payment_method_id": new.payment_method_id})

    async def walker(self, *, distance_m: float = 500.0, **fields: Any) -> UUID:
        """Fit for an offer: verified, second factor on, paid out to an active account, available all week."""
        person_id = await self._person("walker")
        account = await self.resources.payments.create_payout_account(
            person_id=str(person_id), email=f"{person_id}@walkers.test", country="US", key=f"account-{person_id}"
        )
        await self.control.onboard(account.account_id)
        now = self.resources.clock.now()
        async with self.resources.database.transaction() as session:
            session.add(
                Walker(
                    **{
                        "person_id": person_id,
                        "home_lat": LAT + distance_m / 111_195.0,
                        "home_lon": LON,
                        "verified_at": now,
                        "two_factor_on": True,
                        "payout_active": True,
                        "payout_account_id": account.account_id,
                        "max_dogs": 3,
                        "time_zone": zone_where_it_is(NOON, now),
                        "created_at": now,
                        **fields,
                    }
                )
            )
            await session.flush()
            session.add_all(
                WeeklyAvailability(id=uuid7(), walker_id=person_id, weekday=weekday, from_time=time(0), to_time=time(0))
                for weekday in range(7)
            )
        return person_id

    async def quote(
        self,
        owner: Owner,
        *,
        starts_at: datetime,
        service: str = "walk_30",
        own_rate: int | None = None,
        **fields: Any,
    ) -> UUID:
        now = self.resources.clock.now()
        breakdown = price(
            pricing=self.policy.pricing,
            currency="usd",
            service=service,
            born_on=[None for _ in owner.dog_ids],
            dates=[starts_at.date()],
            lead_s=(starts_at - now).total_seconds(),
            own_rate=own_rate,
        )
        quote_id = uuid7()
        async with self.resources.database.transaction() as session:
            session.add(
                Quote(
                    **{
                        "id": quote_id,
                        "owner_id": owner.id,
                        "home_id": owner.home_id,
                        "dog_ids": owner.dog_ids,
                        "service": service,
                        "starts_at": starts_at,
                        "asap": False,
                        "market_id": MARKET,
                        "policy_version": self.policy.version,
                        "currency": "usd",
                        "lines": [
                            {"kind": line.kind, "amount": line.amount, "funded_by": line.funded_by}
                            for line in breakdown.lines
                        ],
                        "total": breakdown.total,
                        "walker_earns": breakdown.walker_earns,
                        "platform_fee": breakdown.platform_fee,
                        "expires_at": now + timedelta(seconds=self.policy.pricing.quote_ttl_s),
                        "created_at": now,
                        **fields,
                    }
                )
            )
        return quote_id

    async def _person(self, role: str) -> UUID:
        person_id, now = uuid7(), self.resources.clock.now()
        async with self.resources.database.transaction() as session:
            session.add(
                Person(
                    id=person_id,
                    email=f"{person_id}@{role}s.test",
                    email_verified_at=now,
                    phone=new_phone(),
                    phone_verified_at=now,
                    name=f"{role.title()} {str(person_id)[-4:]}",
                    created_at=now,
                )
            )
            await session.flush()
            session.add(PersonRole(person_id=person_id, role=role, granted_at=now))
            session.add(_phone(person_id, now))
        return person_id


def zone_where_it_is(hour: int, now: datetime) -> str:
    """A zone whose wall clock shows this hour now (Etc/GMT+5 is five hours behind)."""
    ahead_h = (hour - now.hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead_h:+d}"


def _dog(dog_id: UUID, owner_id: UUID, now: datetime) -> Dog:
    return Dog(id=dog_id, owner_id=owner_id, name="Rex", breed="Beagle", weight_kg=12.0, created_at=now)


def device_of(person_id: UUID) -> str:
    """Where the person's pushes go."""
    return f"device-{person_id}"


def _phone(person_id: UUID, now: datetime) -> Device:
    return Device(
        id=uuid7(),
        person_id=person_id,
        kind="token",
        value=device_of(person_id),
        platform="android",
        app="test",
        locale="en",
        time_zone="UTC",
        created_at=now,
    )
