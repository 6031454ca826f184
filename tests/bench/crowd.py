"""Walkers in many towns with their weeks and calendars, made by chance that is the same each time, loaded by COPY."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import cos, radians
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from tests.support.database import dsn

if TYPE_CHECKING:
    from collections.abc import Iterator

PER_TOWN = 50
FIRST = datetime(2027, 6, 7, tzinfo=UTC)  # a Monday
BUFFER = timedelta(minutes=15)
COLUMNS, SOUTH, WEST, STEP = 60, 28.0, -120.0, 0.5  # towns stand 40 to 55 km apart
DEGREE_M = 111_195.0
SPREAD_M = 4000.0
OPEN_DAYS = 5
ON_CALL = 0.05
CONSTRAINT = "ex_walker_calendar_no_overlap"

PERSON = ("id", "email", "name", "locale", "time_zone", "created_at")
WALKER = (
    *("person_id", "bio", "home_lat", "home_lon", "service_radius_m", "max_dogs", "max_dog_weight_kg", "min_rates"),
    *("time_zone", "verified_at", "suspended_at", "two_factor_on", "payout_active", "rating", "reviews"),
    *("offers_received", "offers_accepted", "late_cancels", "last_walk_at", "created_at"),
    *("on_call_until", "on_call_lat", "on_call_lon"),
)
WEEK = ("id", "walker_id", "weekday", "from_time", "to_time")
CALENDAR = (*("id", "walker_id", "kind", "starts_at", "ends_at", "travel_buffer", "blocked", "live", "created_at"),)


BLOCK = ("blocker_id", "blocked_id", "created_at")
OFFER = (
    *("id", "booking_id", "walker_id", "round", "wave", "status", "earns", "bonus", "currency", "distance_m", "rank"),
    *("score", "expires_at", "created_at"),
)


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """`per_town` walkers in each town, `bookings_each` in the calendar of each, one a day. Each blocks one and has had one
    offer.
    """

    walkers: int
    per_town: int = PER_TOWN
    bookings_each: int = 10

    @property
    def bookings(self) -> int:
        return self.walkers * self.bookings_each

    def town(self, number: int) -> tuple[float, float]:
        row, column = divmod(number, COLUMNS)
        return SOUTH + row * STEP, WEST + column * STEP

    def somewhere(self, chance: Random) -> tuple[float, float]:
        """A home, in any of the towns."""
        return _around(self.town(chance.randrange(max(1, self.walkers // self.per_town))), chance)

    def walker_id(self, number: int) -> UUID:
        return UUID(int=(1 << 96) + number)

    async def load(self, url: str) -> None:
        """Into a migrated database. The calendar's constraint is made anew after its rows: rows one by one take longer."""
        connection = await asyncpg.connect(dsn(url))
        try:
            await connection.execute("SET session_replication_role = replica")  # no foreign key is looked up
            await connection.set_type_codec(
                "jsonb", schema="pg_catalog", format="binary", encoder=_jsonb, decoder=bytes
            )
            await _copy(connection, "person", PERSON, self._people())
            await _copy(connection, "walker", WALKER, self._walkers())
            await _copy(connection, "weekly_availability", WEEK, self._weeks())
            await _copy(connection, "person_block", BLOCK, self._blocks())
            await _copy(connection, "offer", OFFER, self._offers())
            await _without_constraint(connection, self._calendar())
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    def _people(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.walkers):
            yield (self.walker_id(number), f"{number}@people.test", "Grace Walker", "en", "UTC", FIRST)

    def _walkers(self) -> Iterator[tuple[Any, ...]]:
        chance = Random(1)
        for number in range(self.walkers):
            lat, lon = _around(self.town(number // self.per_town), chance)
            received = chance.randrange(50)
            yield (
                *(self.walker_id(number), "", lat, lon, chance.randrange(3000, 8000), 2, 40.0, "{}"),
                *("America/New_York", FIRST if chance.random() < 0.95 else None),
                *(FIRST if chance.random() < 0.02 else None, True, True, chance.uniform(3, 5), 10),
                *(received, chance.randint(0, received), 0, FIRST - timedelta(hours=chance.randrange(200)), FIRST),
                *((FIRST + timedelta(days=11), lat, lon) if chance.random() < ON_CALL else (None, None, None)),
            )

    def _weeks(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.walkers):
            for day in range(OPEN_DAYS):
                row_id = UUID(int=(2 << 96) + number * OPEN_DAYS + day)
                yield (row_id, self.walker_id(number), (number + day) % 7, time(7), time(20))

    def _blocks(self) -> Iterator[tuple[Any, ...]]:
        for number in range(self.walkers):
            yield (self.walker_id(number), self.walker_id((number + 1) % self.walkers), FIRST)

    def _offers(self) -> Iterator[tuple[Any, ...]]:
        """Of bookings that are not there."""
        for number in range(self.walkers):
            yield (
                *(UUID(int=(4 << 96) + number), UUID(int=(5 << 96) + number // 3), self.walker_id(number), 1, 1),
                *("declined", 2000, 0, "usd", 800, 0, "{}", FIRST, FIRST),
            )

    def _calendar(self) -> Iterator[tuple[Any, ...]]:
        chance = Random(2)
        for number in range(self.walkers):
            for day in range(self.bookings_each):
                starts_at = FIRST + timedelta(days=day, minutes=15 * chance.randrange(44, 90))
                ends_at = starts_at + timedelta(minutes=30)
                blocked = asyncpg.Range(starts_at, ends_at + BUFFER)
                row_id = UUID(int=(3 << 96) + number * self.bookings_each + day)
                yield (
                    *(row_id, self.walker_id(number), "assignment"),
                    *(starts_at, ends_at, BUFFER, blocked, True, FIRST),
                )


def _jsonb(text: str) -> bytes:
    """As COPY wants it: the version of the format, then the text."""
    return b"\x01" + text.encode()


def _around(town: tuple[float, float], chance: Random) -> tuple[float, float]:
    lat = town[0] + chance.gauss(0, SPREAD_M) / DEGREE_M
    return lat, town[1] + chance.gauss(0, SPREAD_M) / DEGREE_M / cos(radians(lat))


async def _copy(
    connection: asyncpg.Connection[Any], table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, columns=columns, records=rows)


async def _without_constraint(connection: asyncpg.Connection[Any], rows: Iterator[tuple[Any, ...]]) -> None:
    made = await connection.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", CONSTRAINT
    )
    await connection.execute(f"ALTER TABLE walker_calendar DROP CONSTRAINT {CONSTRAINT}")
    await _copy(connection, "walker_calendar", CALENDAR, rows)
    await connection.execute(f"ALTER TABLE walker_calendar ADD CONSTRAINT {CONSTRAINT} {made}")
