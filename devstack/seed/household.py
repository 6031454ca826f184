"""What owners have, and what walkers offer."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from devstack.seed.people import HOME_LAT, HOME_LON, TIME_ZONE, made_id
from dogwalk.domain.availability import Slot
from dogwalk.services.household.dog import Dogs
from dogwalk.services.household.home import Access, Homes
from dogwalk.services.verification import Verification
from dogwalk.services.walker import WalkerProfile, Walkers, Week

if TYPE_CHECKING:
    from uuid import UUID

    from devstack.seed.people import SeededPerson
    from dogwalk.bootstrap import Resources
    from dogwalk.services.market import Markets

METRES_PER_DEGREE = 111_195.0
WHOLE_DAY = (time(0), time(0))


async def settle_in(resources: Resources, markets: Markets, owner_id: UUID, person: SeededPerson) -> None:
    """Dogs and a home. What was deleted by hand stays deleted."""
    now, dogs = resources.clock.now(), Dogs(database=resources.database)
    if await dogs.page(owner_id, limit=1, after=None):
        return
    for name in person.dogs:
        fields = {"name": name, "breed": "Beagle", "weight_kg": 12.5, "born_on": date(2021, 5, 4), "sex": "male"}
        await dogs.add(owner_id, made_id(f"{person.email} {name}"), fields, at=now)
    homes = Homes(database=resources.database, vault=resources.vault, markets=markets)
    await homes.add(
        owner_id,
        made_id(f"{person.email} home"),
        label="Home",
        address=f"{100 + len(person.name)} Example Street",
        lat=_lat(person),
        lon=HOME_LON,
        access=Access(kind="key_box", code="0000", notes="left of the door"),
        at=now,
    )


async def open_for_walks(resources: Resources, markets: Markets, walker_id: UUID, person: SeededPerson) -> None:
    """Profile and week, unless she has them; verified."""
    now, walkers = resources.clock.now(), Walkers(database=resources.database, markets=markets)
    walker, _ = await walkers.profile(walker_id, at=now)
    if walker.home_lat is None:
        await walkers.set_profile(walker_id, _profile(person), at=now)
        weekly = [Slot(weekday, *WHOLE_DAY) for weekday in range(7)]
        await walkers.set_week(walker_id, Week(time_zone=TIME_ZONE, weekly=weekly), at=now)
    verification = Verification(database=resources.database)
    await verification.grant(walker_id, by="seed", reason="made to try things with", at=now)


def _profile(person: SeededPerson) -> WalkerProfile:
    return WalkerProfile(
        bio="Walks in all weather.",
        home_lat=_lat(person),
        home_lon=HOME_LON,
        service_radius_m=5000,
        max_dogs=3,
        max_dog_weight_kg=60.0,
        min_rates={},
    )


def _lat(person: SeededPerson) -> float:
    return HOME_LAT + person.north_m / METRES_PER_DEGREE
