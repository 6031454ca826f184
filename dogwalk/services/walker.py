"""A walker's own side: profile, the week she is open, the hours she takes off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from dogwalk.db.repositories import time_off as times_off
from dogwalk.db.repositories import walker as walkers
from dogwalk.db.session import constraint_name
from dogwalk.domain.availability import Slot, merged
from dogwalk.domain.local_time import zone
from dogwalk.domain.money import Money
from dogwalk.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.walker import Walker, WalkerCalendar
    from dogwalk.db.session import Database
    from dogwalk.services.market import Markets

NO_OVERLAP = "ex_walker_calendar_no_overlap"
ON_CALL_MAX = timedelta(hours=24)  # longer is a week's availability; a forgotten one must end by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkerProfile:
    """`min_rates` by service, in the currency of the market around her home."""

    bio: str
    home_lat: float
    home_lon: float
    service_radius_m: int
    max_dogs: int
    max_dog_weight_kg: float
    min_rates: Mapping[str, Money]


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    time_zone: str
    weekly: Sequence[Slot]


@dataclass(frozen=True, kw_only=True, slots=True)
class OnCall:
    """Ready for walks as soon as possible, from where she is now."""

    until: datetime
    lat: float = field(repr=False)
    lon: float = field(repr=False)


class Walkers:
    def __init__(self, *, database: Database, markets: Markets) -> None:
        self._database = database
        self._markets = markets

    async def profile(self, person_id: UUID, *, at: datetime) -> tuple[Walker, str | None]:
        """Her row, made when it is not there, and the currency of her rates (None: she has no home where we are)."""
        async with self._database.transaction() as session:
            walker = await own(session, person_id, at)
            return walker, await self._currency(session, walker)

    async def set_profile(self, person_id: UUID, profile: WalkerProfile, *, at: datetime) -> tuple[Walker, str | None]:
        """Raises InvalidInput `area_not_served` or `currency_mismatch`."""
        async with self._database.transaction() as session:
            walker = await own(session, person_id, at)
            market = await self._markets.at(session, lat=profile.home_lat, lon=profile.home_lon, pointer="/home_lat")
            if any(rate.currency != market.currency for rate in profile.min_rates.values()):
                raise InvalidInput(
                    f"Rates here are in {market.currency}", code="currency_mismatch", pointer="/min_rates"
                )
            _apply(walker, profile)
        return walker, market.currency

    async def week(self, person_id: UUID, *, at: datetime) -> Week:
        async with self._database.transaction() as session:
            walker = await own(session, person_id, at)
            rows = await walkers.weekly(session, person_id)
            slots = [Slot(row.weekday, row.from_time, row.to_time) for row in rows]
            return Week(time_zone=walker.time_zone, weekly=slots)

    async def set_week(self, person_id: UUID, week: Week, *, at: datetime) -> Week:
        """Replaces the whole week. Raises InvalidInput `unknown_time_zone`, `empty_slot`, `overlapping_slots`."""
        zone(week.time_zone)
        slots = merged(week.weekly)
        async with self._database.transaction() as session:
            walker = await own(session, person_id, at)
            walker.time_zone = week.time_zone
            await walkers.replace_weekly(session, person_id, slots)
        return Week(time_zone=week.time_zone, weekly=slots)

    async def go_on_call(self, person_id: UUID, on_call: OnCall | None, *, at: datetime) -> Walker:
        """None goes off call. Raises InvalidInput `on_call_too_long`, or `on_call_over` for a time that is past."""
        if on_call is not None:
            _check_on_call(on_call.until, at)
        async with self._database.transaction() as session:
            walker = await own(session, person_id, at)
            walker.on_call_until = on_call.until if on_call else None
            walker.on_call_lat = on_call.lat if on_call else None
            walker.on_call_lon = on_call.lon if on_call else None
        return walker

    async def _currency(self, session: AsyncSession, walker: Walker) -> str | None:
        if walker.home_lat is None or walker.home_lon is None:
            return None
        market = await self._markets.find(session, lat=walker.home_lat, lon=walker.home_lon)
        return market.currency if market else None


class TimesOff:
    """Everything takes the walker: a stranger's is NotFound. Raises Conflict `walker_conflict` for hours in which there
    is something already, and InvalidInput `ends_before_start`.
    """

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def add(
        self,
        person_id: UUID,
        *,
        time_off_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        note: str | None,
        at: datetime,
    ) -> WalkerCalendar:
        """The same id again gives what was made at the first try."""
        _check_span(starts_at, ends_at)

        async def work(session: AsyncSession) -> WalkerCalendar:
            await own(session, person_id, at)
            standing = await times_off.for_walker(session, person_id, time_off_id)
            return standing or await times_off.add(
                session,
                time_off_id=time_off_id,
                walker_id=person_id,
                starts_at=starts_at,
                ends_at=ends_at,
                note=note,
                at=at,
            )

        with _conflicts():
            return await self._database.run(work)

    async def get(self, person_id: UUID, time_off_id: UUID) -> WalkerCalendar:
        async with self._database.transaction() as session:
            return _found(await times_off.for_walker(session, person_id, time_off_id))

    async def page(self, person_id: UUID, *, limit: int, after: UUID | None) -> Sequence[WalkerCalendar]:
        async with self._database.transaction() as session:
            return await times_off.page_for(session, person_id, limit=limit, after=after)

    async def replace(
        self, person_id: UUID, time_off_id: UUID, *, starts_at: datetime, ends_at: datetime, note: str | None
    ) -> WalkerCalendar:
        _check_span(starts_at, ends_at)

        async def work(session: AsyncSession) -> WalkerCalendar:
            row = await _locked(session, person_id, time_off_id)
            times_off.set_span(row, starts_at=starts_at, ends_at=ends_at)
            row.note = note
            await session.flush()
            return row

        with _conflicts():
            return await self._database.run(work)

    async def delete(self, person_id: UUID, time_off_id: UUID) -> None:
        async def work(session: AsyncSession) -> None:
            (await _locked(session, person_id, time_off_id)).live = False

        await self._database.run(work)


async def own(session: AsyncSession, person_id: UUID, at: datetime) -> Walker:
    """Her row, locked, made when it is not there."""
    await walkers.ensure(session, person_id, at)
    walker = await walkers.get(session, person_id, lock=True)
    if walker is None:
        raise NotFound("No such walker")
    return walker


def _apply(walker: Walker, profile: WalkerProfile) -> None:
    walker.bio = profile.bio
    walker.home_lat, walker.home_lon = profile.home_lat, profile.home_lon
    walker.service_radius_m = profile.service_radius_m
    walker.max_dogs, walker.max_dog_weight_kg = profile.max_dogs, profile.max_dog_weight_kg
    walker.min_rates = {service: rate.amount for service, rate in profile.min_rates.items()}


def _check_on_call(until: datetime, at: datetime) -> None:
    if until <= at:
        raise InvalidInput("This time is past", code="on_call_over", pointer="/until")
    if until > at + ON_CALL_MAX:
        raise InvalidInput("On call for 24 hours at most", code="on_call_too_long", pointer="/until")


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInput("Time off ends after it starts", code="ends_before_start", pointer="/ends_at")


@contextmanager
def _conflicts() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_name(error) != NO_OVERLAP:
            raise
        raise Conflict("There is something in these hours already", code="walker_conflict") from None


async def _locked(session: AsyncSession, person_id: UUID, time_off_id: UUID) -> WalkerCalendar:
    await walkers.lock(session, [person_id])
    return _found(await times_off.for_walker(session, person_id, time_off_id))


def _found(row: WalkerCalendar | None) -> WalkerCalendar:
    if row is None:
        raise NotFound("No such time off")
    return row
